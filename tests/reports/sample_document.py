"""A document with every kind of block and every kind of hostile string, for the tests of both renderers."""

from __future__ import annotations

import io

from PIL import Image

from reports import walks
from reports.document import (
    INK,
    Attachment,
    Badge,
    Bullets,
    Callout,
    CheckRow,
    CheckTable,
    Code,
    Derivation,
    Equation,
    Figure,
    Inlines,
    Link,
    Listing,
    Prose,
    Ref,
    Report,
    Section,
    Step,
    Summary,
    T,
    Table,
    Tally,
)
from reports.live import LineMixture, Palette, Palettes, SumOfMixtures

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    '#panic("typst") #read("/etc/passwd") $x$ *b* _i_ @ref <label> // c',
    "\\input{/etc/passwd} \\end{document} {{7*7}} {% raw %}",
    "gpj.\u202eexe.kcatta\u202c after",
    "nul\x00bel\x07esc\x1b[31mred",
    "A" * 10_000,
    "Zoë Nguyễn 王小明 محمد 🎓 ﬁ ✓",
    "]]></style></script><!-- --> &lt;b&gt; &amp;",
    "\ud800lone",
    "javascript:alert(1)",
    "e\u0301\u0327" * 40,
)

# One formula for each construct of LaTeX that the homework's texts use.
FORMULAS = (
    r"\begin{pmatrix} a & b \\ c & d \end{pmatrix} \left[\begin{matrix} 1 \\ 0 \end{matrix}\right]",
    r"\sum_{k=1}^{K} \pi_k \prod_{n=1}^{N} x_n \int_{-\infty}^{\infty} e^{-x^2}\,dx",
    r"\operatorname{Cov}[X] = \operatorname*{arg\,min}_{\theta} \max_{i} \mathcal{L}(\theta_i)",
    r"\lVert \mathbf{q}_i^{\top} \mathbf{p}_x \rVert_F^2 + \left\lVert \frac{A}{B} \right\rVert",
    r"\hat{\mu} + \tilde{x} + \bar{y} + \overline{ab} + W^{+} + \dot{z} + \widehat{xyz}",
    r"\begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{else} \end{cases}",
    r"\mathbb{E}[x \mid z] \le \sqrt{\frac{\sigma^2}{n}} \neq \sqrt[3]{x}\implies x\in\mathbb{R}^{D\times K}",
    r"\underbrace{a + b}_{c} + \binom{n}{k} + x' + f''(x) + \partial_t \nabla g \succeq 0",
    r"\forall x \in \emptyset,\quad a \to b,\quad A \iff B,\quad \lfloor x \rfloor + \langle u, v \rangle",
)

ATTACHED = b'{"name": "</script><script>alert(4)</script>", "value": 1.0}\n'

PICTURE = f"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 width="300pt" height="150pt" viewBox="0 0 300 150"><defs>
<clipPath id="c"><rect width="300" height="150"/></clipPath>
<path id="dot" d="M-4 0 L0 4 L4 0 L0 -4 Z"/></defs><g clip-path="url(#c)">
<path d="M10 140 H290 M10 140 V10" style="stroke: {INK}; fill: none"/>
<path d="M12 20 C60 110 160 130 288 134" style="stroke: #3b78c4; fill: none; stroke-width: 2"/>
<use xlink:href="#dot" x="60" y="90" fill="#c9541c"/></g><script>alert(3)</script></svg>""".encode()

SUM = SumOfMixtures(
    LineMixture((0.2, 0.8), (-3.0, 2.0), (0.45, 1.0)), LineMixture((0.6, 0.4), (-1.0, 6.0), (0.3, 0.95))
)
PALETTES = Palettes(
    0,
    (
        Palette(((40, 30, 120), (150, 150, 120)), 4000.0),
        Palette(((20, 20, 120), (90, 90, 120), (170, 170, 120)), 2000.0),
    ),
    3,
)

SOURCE = '''\
def kmeans(X, k):
    """Compute a k-means clustering of the rows of X."""
    centers = X[:k].copy()
    while True:  # until no label changes
        labels = [np.argmin(np.sum((centers - x) ** 2, axis=1)) for x in X]
        moved = np.array([X[labels == j].mean(axis=0) for j in range(k)])
        if np.allclose(moved, centers):
            return centers, labels
        centers = moved
'''


def photograph() -> bytes:
    """A small PNG with a color gradient."""
    image = Image.new("RGB", (96, 64))
    image.putdata([(x * 2, y * 3, 120) for y in range(64) for x in range(96)])
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def covariance_derivation(id: str, *, collapsed: bool = False) -> Derivation:
    """A chain whose left side, relations and reasons differ in width."""
    return Derivation(
        r"\operatorname{Cov}[X]",
        (
            Step("=", r"\mathbb{E}[X X^{\top}] - \mathbb{E}[X]\,\mathbb{E}[X]^{\top}", T("definition")),
            Step(
                "=",
                r"\sum_{k=1}^{K} \pi_k\, \mathbb{E}[X X^{\top} \mid C_k = 1] "
                r"- \mathbb{E}[X]\,\mathbb{E}[X]^{\top}",
                T("law of total expectation over the component $C$"),
                True,
                (Code("total_expectation"),),
            ),
            Step(
                "=",
                r"\sum_{k=1}^{K} \pi_k \left(\Sigma_k + \mu_k \mu_k^{\top}\right) - m m^{\top}",
                T("second moment of a Gaussian, @eq:second; $m = \\sum_k \\pi_k \\mu_k$"),
                True,
                (Ref("sec:moments"), Code("linearity")),
            ),
            Step(
                r"\succeq",
                r"\sum_{k=1}^{K} \pi_k \Sigma_k",
                T("the covariance of the means is positive semidefinite"),
                False,
            ),
        ),
        id,
        T("Covariance of a mixture, for every $K$ and $D$"),
        collapsed,
    )


def checks(n: int) -> tuple[CheckRow, ...]:
    """Rows of which every seventh fails and every fifth is undecided."""
    return tuple(
        CheckRow(
            T(f"$\\mathbb{{E}}[X_{{{row + 1}}}]$"),
            estimate=0.5 * row - 1.0 + 0.003,
            closed_form=0.5 * row - 1.0,
            standard_error=0.0021 if row % 3 else 0.00013,
            n=1000 * 10 ** (row % 4),
            p_value=0.0000123 if row % 7 == 6 else 0.37,
            verdict="fail" if row % 7 == 6 else "undecided" if row % 5 == 4 else "pass",
            controls_rejected=9 - (row % 5 == 4),
            controls=9,
        )
        for row in range(n)
    )


def build(n_appendices: int = 0) -> Report:
    """The sample; `n_appendices` repeats its middle to make it long."""
    return Report(
        "Homework 12: mixtures, k-means and matrix factorization",
        "Verification report",
        "ksquared 0.1.0",
        (
            _question(),
            _moments(),
            _pictures(),
            _hostile(),
            *(_appendix(number) for number in range(1, n_appendices + 1)),
        ),
        meta=(("Seed", "20260131"), ("Level", "quick"), ("Input", "ratings.csv <b>")),
        summary=Summary(
            "fail",
            T("One check failed; everything else holds"),
            (
                Tally("8 of 8", "theorems proved", "pass"),
                Tally("6 of 6", "false claims refuted", "pass"),
                Tally("11 of 12", "checks passed", "fail"),
                Tally("107 of 108", "wrong formulas rejected", "undecided"),
            ),
            (Prose(T("See @tab:checks for the failing row and @der:cov for what should hold.")),),
        ),
        attachments=(Attachment("results.json", ATTACHED, "All results, for programs."),),
    )


def _question() -> Section:
    return Section(
        T("Problem 2: reconstruction error"),
        (
            Prose(
                T(
                    "A linear map $W \\in \\mathbb{R}^{K\\times D}$ sends data from $\\mathbb{R}^D$ to "
                    "$\\mathbb{R}^K$. Zero reconstruction error needs"
                )
            ),
            Equation(
                r"B W X = X \quad \forall X \iff B W = I_D, \qquad B \in \mathbb{R}^{D \times K}", "eq:zero"
            ),
            Prose(
                T(
                    "but $\\operatorname{rank}(BW) \\le \\min(\\operatorname{rank} B, "
                    "\\operatorname{rank} W) \\le K < D = \\operatorname{rank}(I_D)$, so @eq:zero has *no* "
                    "solution if **K is less than D**; `numpy.linalg.pinv` finds the best one."
                )
            ),
            Bullets(
                (T("It is possible when $K \\ge D$."), T("See @sec:moments and {x}.", x="<i>others</i>"))
            ),
            Bullets((T("First the data,"), T("then the model.")), ordered=True),
            Callout("pass", T("Proved for all $K < D$"), (Prose(T("By exact arithmetic, no sampling.")),)),
            Callout("warn", T("A common mistake"), (Equation(r"BWX = X \;\not\Rightarrow\; BW = I"),)),
            Callout("info", T("A remark without a body")),
            Table(
                T("Score by task"),
                (T("Task"), T("Points"), T("Verdict"), T("Comment")),
                (
                    (T("Problem 2"), T("2 / 2"), (Badge("pass"),), T("$\\operatorname{rank}(W) \\le K < D$")),
                    (T("Problem 3"), T("3 / 4"), (Badge("undecided"),), T("see @der:cov")),
                    (T("Problem 4"), T("0 / 4"), (Badge("fail"),), T("indices swapped, $\\Sigma_l^x$")),
                    (T("False claim"), T("4 / 4"), (Badge("pass", "refuted"),), T("smallest counterexample")),
                ),
                "tab:score",
                "lrcx",
            ),
        ),
        "sec:question",
    )


def _moments() -> Section:
    return Section(
        T("Problem 3: moments of a mixture"),
        (
            Prose(T("For a single component")),
            Equation(r"\mathbb{E}[X X^{\top} \mid C_k=1] = \Sigma_k + \mu_k \mu_k^{\top}", "eq:second"),
            covariance_derivation("der:cov"),
            covariance_derivation("der:folded", collapsed=True),
            Derivation(
                r"p(z) = p_{X+Y}(z) = (p_X * p_Y)(z) = \int p_X(x)\, p_Y(z - x)\, dx",
                (
                    Step(
                        "=",
                        r"\sum_{k=1}^{K} \sum_{l=1}^{L} \pi_k^x \pi_l^y \int \mathcal{N}(x \mid \mu_k^x, "
                        r"\Sigma_k^x)\, \mathcal{N}(z - x \mid \mu_l^y, \Sigma_l^y)\, dx",
                        T("both sums are finite"),
                        True,
                    ),
                    Step(
                        "=",
                        r"\sum_{k=1}^{K} \sum_{l=1}^{L} \pi_k^x \pi_l^y\, "
                        r"\mathcal{N}(z \mid \mu_k^x + \mu_l^y, \Sigma_k^x + \Sigma_l^y)",
                        T("sum of independent Gaussians"),
                        True,
                    ),
                ),
                "der:sum",
                T("A left side too long to stand beside the chain"),
            ),
            CheckTable(T("Moments of @eq:second, all samples"), checks(12), "tab:checks"),
            Section(
                T("Every construct of $\\mathrm{LaTeX}$ in use"),
                tuple(Equation(tex, f"eq:form-{number}") for number, tex in enumerate(FORMULAS)),
            ),
        ),
        "sec:moments",
    )


def _pictures() -> Section:
    return Section(
        T("Pictures and code"),
        (
            Prose(T("@fig:curve and @fig:photo show the same in two formats; @lst:kmeans computes it.")),
            Figure(
                PICTURE,
                "image/svg+xml",
                "A curve that falls steeply and then levels off.",
                T("Error against $n$, as $1/\\sqrt{n}$"),
                "fig:curve",
                0.7,
                (SUM, walks.kmeans_walk(), walks.em_walk()),
            ),
            Figure(
                photograph(),
                "image/png",
                "A gradient from blue to pink.",
                T("A photograph"),
                "fig:photo",
                0.5,
                (PALETTES,),
            ),
            Listing(SOURCE, "python", T("Submitted `kmeans`"), "lst:kmeans", (5, 6)),
            Listing("ksquared report --seed 1", "console"),
            Prose(
                (Link("https://example.org/?a=1&b=2", "a page"), Link("javascript:alert(1)", " and no page"))
            ),
        ),
        "sec:pictures",
    )


def _hostile() -> Section:
    rows: tuple[tuple[Inlines, ...], ...] = tuple(
        (T("{n}", n=number), T("{text}", text=text), (Code(text[:60]),))
        for number, text in enumerate(HOSTILE)
    )
    return Section(
        T("Strings of others: {name}", name=HOSTILE[0]),
        (
            Prose(T("They are shown as data.")),
            Table(T("Untrusted strings"), (T("#"), T("Text"), T("Code")), rows, "tab:hostile", "rll"),
            Listing("\n".join(HOSTILE) + "\n```\n", "python", T("Untrusted code"), "lst:hostile"),
            Callout("fail", T("{x}", x=HOSTILE[7]), (Prose(T("{x}", x=HOSTILE[1])),)),
        ),
        "sec:hostile",
    )


def _appendix(number: int) -> Section:
    return Section(
        T(f"Appendix {number}"),
        (
            Prose(T("The same again, to make a long document. " * 6)),
            covariance_derivation(f"der:appendix-{number}"),
            Equation(FORMULAS[number % len(FORMULAS)], f"eq:appendix-{number}"),
            Listing(SOURCE, "python", T("The listing again"), f"lst:appendix-{number}"),
            CheckTable(T(f"Checks, block {number}"), checks(30), f"tab:appendix-{number}"),
        ),
    )
