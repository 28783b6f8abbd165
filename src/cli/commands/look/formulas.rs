//! What kinds compute, as one formula each, in LaTeX: that of their documentation, without its conditions.

/// Kind and formula. Claims and figures have none: what they claim and draw is told in words.
const FORMULAS: [(&str, &str); 46] = [
    ("dataset", r"x_i = (v_i/255 - \mu_c)/s_c, \qquad y_i \in \{-1, +1\}"),
    ("synthetic-hierarchy-samples", r"x \sim \mathcal{N}(0, I_d), \qquad y = \tanh h_2(h_1(x)), \qquad n = d^\alpha"),
    ("spherical-harmonic-samples", r"\|x\| = \sqrt{d}, \qquad y = \sqrt{N(d, k)}\, P_k(\langle x, v \rangle/\sqrt{d})"),
    (
        "wave-images",
        r"x(t) = c + \sum_j A_j (1 + y\, c_j + u_j) \cos(2\pi (\omega_y t_y/H + \omega_x t_x/W) + \varphi_j)",
    ),
    ("pattern-shapes", r"x(t) = A\, s(t) \cos(2\pi (\omega_y t_y/H + \omega_x t_x/W) + \varphi)"),
    ("falling-ball", r"r_{t+1} = r_t + v_t, \qquad v_{t+1} = v_t + g\, e_y"),
    ("image-transform", r"X(f) \mapsto a(f)\, e^{i \theta(f)} X(f)"),
    ("sphere-projection", r"x \mapsto \sqrt{d}\, x/\|x\|"),
    ("radial-labels", r"y = \sin(2\pi (f r + \varphi)), \qquad r = \|x - c\|/\sqrt{d}"),
    ("random-features", r"z = \sigma(h^\top W/c)/\sqrt{P}, \qquad W_{jk} \sim \mathcal{N}(0, 1)"),
    ("wide-gram", r"G = Z Z^\top, \qquad z = \sigma(h^\top W/c)/\sqrt{P}"),
    (
        "layer-kernel",
        r"k(a, b) = E[\sigma(u)\, \sigma(v)], \qquad (u, v) \sim \mathcal{N}(0, q), \qquad q = \sigma_w^2 \langle a, b \rangle/d + \sigma_b^2",
    ),
    ("deep-nngp", r"K_l = k(\sigma_w^2 K_{l-1} + \sigma_b^2)"),
    ("layer-kernel-shares", r"s_l(k) = \mu_k(\Theta^{(l)})/\sum_m \mu_k(\Theta^{(m)})"),
    (
        "signed-moment-filter",
        r"h = V^\top z, \qquad C = \frac{1}{n} \sum_i y_i z_i z_i^\top = \sum_j \lambda_j v_j v_j^\top, \qquad V = (v_j)_{|\lambda_j| \ge |\lambda_k|}",
    ),
    (
        "random-feature-filter",
        r"h' = V^\top z, \qquad z = \sigma(h^\top W/c)/\sqrt{P}, \qquad C = \frac{1}{n} \sum_i y_i z_i z_i^\top",
    ),
    ("leading-features", r"h \mapsto (h_1, \dots, h_k)"),
    (
        "effective-dimension",
        r"d_{eff} = \sum_j \frac{|\lambda_j|}{|\lambda_j| + r}, \qquad \frac{(\sum_j |\lambda_j|)^2}{\sum_j \lambda_j^2}",
    ),
    (
        "convolutional-filter",
        r"h'_s = V^\top z_s, \qquad z = \sigma(W * h), \qquad C = \frac{1}{n S} \sum_i y_i \sum_s z_{is} z_{is}^\top",
    ),
    ("convolution", r"z = \sigma(W * h), \qquad W_{jk} \sim \mathcal{N}(0, 1/P)"),
    ("pooling", r"h'_s = \max_{t \in w(s)} h_t \quad \text{or} \quad \frac{1}{|w|} \sum_{t \in w(s)} h_t"),
    ("channel-norm", r"h \mapsto h/\sqrt{\sum_c h_c^2 + 10^{-8}}"),
    ("patch-filters", r"C = \frac{1}{n S} \sum_i y_i \sum_s p_{is} p_{is}^\top"),
    ("spectrum-table", r"gap = |\lambda_k|/|\lambda_{k+1}|"),
    ("ridge-readout", r"\min_w \|t - H w\|^2 + \lambda \|w\|^2, \qquad e_i = \frac{t_i - (S t)_i}{1 - S_{ii}}"),
    (
        "score",
        r"mse = \frac{1}{n} \sum_i (\hat{y}_i - y_i)^2, \qquad error = \frac{1}{n} \sum_i 1[y_i \hat{y}_i \le 0]",
    ),
    (
        "emergence-prediction",
        r"n_i = (r_i/\rho_i)^2 D_i, \qquad \rho_i = |\lambda_i(E[y z z^\top])|, \qquad D_i = \sum_j \frac{\lambda_j(\Sigma_i)}{\lambda_j(\Sigma_i) + r_i}",
    ),
    ("emergence-overlap", r"q_i(n) = |\langle v_i(n), v_i \rangle|^2"),
    ("emergence-threshold", r"n_i^* = \min \{n : q_i(n) \ge q\}"),
    (
        "layer-gradient-shares",
        r"s_l = \frac{\langle \nabla_l F_A, \nabla_l F_B \rangle}{\sum_m \langle \nabla_m F_A, \nabla_m F_B \rangle}",
    ),
    (
        "train-network",
        r"\theta_{t+1} = \theta_t - \eta \nabla_\theta \frac{1}{B} \sum_{i \in b_t} \ell(f_\theta(x_i), y_i)",
    ),
    ("network-features", r"h = f_{\theta, l}(x)"),
    ("network-score", r"error = \frac{1}{n} \sum_i 1[y_i f_\theta(x_i) \le 0]"),
    ("network-singular-values", r"M W_l = \sum_k s_k u_k v_k^\top"),
    ("activation-singular-values", r"H_l = \sum_k s_k u_k v_k^\top"),
    (
        "latent-phase",
        r"R^2 = \max(|\langle u w^* \rangle|^2, |\langle u w \rangle|^2), \qquad u = e^{2\pi i p/T}, \quad w = c/|c|",
    ),
    ("steps-to-level", r"t^* = \min \{t : v_t \le v\}"),
    ("synthetic-hierarchy", r"y = \tanh h_2(h_1(x)), \qquad x \sim \mathcal{N}(0, I_d), \qquad n = d^\alpha"),
    ("synthetic-moment-spectrum", r"C = \frac{1}{n} \sum_i y_i z_i z_i^\top"),
    (
        "phase-recovery",
        r"w \leftarrow \frac{w + (c/N^2)\, y\, He_3(z)\, x}{\|\cdot\|}, \qquad z = w \cdot x/\sqrt{w^\top \Sigma w}",
    ),
    ("sample-importance", r"m_l(x) = \frac{1}{K} \sum_k |\nabla_x v_k^\top z_l(x)|"),
    ("feature-averages", r"\bar{x}_k = \frac{\sum_i p_{ki} x_i}{\sum_i |p_{ki}|}, \qquad p_{ki} = v_k^\top z_l(x_i)"),
    ("aggregate", r"\bar{c} \pm t_{n-1} s/\sqrt{n}"),
    ("difference", r"\Delta = c_{of} - c_{against}"),
    ("bins", r"density = \frac{count}{n\, (high - low)}"),
    ("compare-published", r"\bar{c} \pm (t_{n-1} s \sqrt{1/n + 1/m} + d)"),
];

/// The formula of a kind, where it has one.
pub(super) fn formula(kind: &str) -> Option<&'static str> {
    FORMULAS.iter().find(|(name, _)| *name == kind).map(|(_, formula)| *formula)
}

#[cfg(test)]
mod tests {
    use super::super::tex::plain;
    use super::*;
    use crate::catalog::KINDS;
    use crate::study::mathml;

    #[test]
    fn every_formula_is_of_a_kind_and_is_mathematics_and_text() {
        for (kind, formula) in FORMULAS {
            assert!(KINDS.iter().any(|known| known.name() == kind), "no kind {kind}");
            mathml(formula).unwrap_or_else(|error| panic!("{kind}: {error}"));
            let text = plain(formula);
            assert!(!text.contains(['\\', '$']), "{kind}: {text}");
        }
        let mut names: Vec<&str> = FORMULAS.iter().map(|(kind, _)| *kind).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FORMULAS.len(), "a kind stands twice");
    }
}
