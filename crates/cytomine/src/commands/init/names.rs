//! Names of the release: what the chart calls its objects, which names certificates hold.

/// Longest names of objects, so that every name derived from them stays below Kubernetes' 63 characters.
const LONGEST: usize = 40;

/// Who is served where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    /// Name of the server's Service, and the first part of all other names.
    pub(super) full: String,
    pub(super) namespace: String,
    pub(super) cluster_domain: String,
    /// Public host names, the main one first.
    pub(super) hosts: Vec<String>,
}

impl Names {
    /// Names of the server: its Service in three lengths, the public ones, and `localhost` for `kubectl port-forward`.
    pub(super) fn server(&self) -> Vec<String> {
        let mut names = self.service(&self.full);
        names.extend(self.hosts.iter().cloned());
        once_each(names)
    }

    /// Names of the bundled database.
    pub(super) fn postgres(&self) -> Vec<String> {
        once_each(self.service(&format!("{}-postgres", self.full)))
    }

    fn service(&self, name: &str) -> Vec<String> {
        let (namespace, domain) = (&self.namespace, &self.cluster_domain);
        vec![
            name.to_owned(),
            format!("{name}.{namespace}.svc"),
            format!("{name}.{namespace}.svc.{domain}"),
            "localhost".to_owned(),
        ]
    }
}

fn once_each(names: Vec<String>) -> Vec<String> {
    let mut kept = Vec::with_capacity(names.len());
    for name in names {
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}

/// The chart's full name: the override, or the release's name, which gets the chart's unless it has it already.
pub(super) fn full(release: &str, name_override: &str, full_override: &str) -> String {
    let chart = if name_override.is_empty() { "cytomine" } else { name_override };
    let whole = if !full_override.is_empty() {
        full_override.to_owned()
    } else if release.contains(chart) {
        release.to_owned()
    } else {
        format!("{release}-{chart}")
    };
    let cut: String = whole.chars().take(LONGEST).collect();
    cut.strip_suffix('-').unwrap_or(&cut).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_chart() {
        assert_eq!(full("cytomine", "", ""), "cytomine");
        assert_eq!(full("my-cytomine-2", "", ""), "my-cytomine-2");
        assert_eq!(full("lab", "", ""), "lab-cytomine");
        assert_eq!(full("lab", "slides", ""), "lab-slides");
        assert_eq!(full("lab", "slides", "pathology"), "pathology");
        assert_eq!(full(&format!("{}-x-cytomine", "a".repeat(39)), "", ""), "a".repeat(39));
    }

    #[test]
    fn certificates_name_all_ways_to_the_service_once() {
        let names = Names {
            full: "lab-cytomine".into(),
            namespace: "lab".into(),
            cluster_domain: "cluster.local".into(),
            hosts: vec!["slides.test".into(), "localhost".into(), "ims.slides.test".into()],
        };
        assert_eq!(
            names.server(),
            [
                "lab-cytomine",
                "lab-cytomine.lab.svc",
                "lab-cytomine.lab.svc.cluster.local",
                "localhost",
                "slides.test",
                "ims.slides.test"
            ]
        );
        assert_eq!(names.postgres()[..2], ["lab-cytomine-postgres", "lab-cytomine-postgres.lab.svc"]);
    }
}
