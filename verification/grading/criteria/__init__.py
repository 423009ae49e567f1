"""The criteria, one function of the exercise a file, each with a constant `CRITERION`."""
