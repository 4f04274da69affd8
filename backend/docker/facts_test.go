package docker

import (
	"strings"
	"testing"

	"github.com/moby/moby/api/types/system"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
)

// What holds on each kind of engine. Where it runs, here or elsewhere, does not count: the
// engine itself does what is to be done.
func TestHowSandboxesAreBound(t *testing.T) {
	const rootless, podman = "name=rootless", "podman"
	for _, c := range []struct {
		version, driver, security string
		want                      limits.Binding
		whyNot                    string
	}{
		{"1", "cgroupfs", "", limits.Nested, ""},
		{"1", "cgroupfs", podman, limits.Unbound, "other names than their ids"},
		{"2", "systemd", podman, limits.Managed, ""},
		{"1", "systemd", "", limits.Unbound, "control groups of version 1, systemd do not nest"},
		{"2", "cgroupfs", "", limits.Managed, ""},
		{"2", "systemd", "", limits.Managed, ""},
		{"1", "none", rootless, limits.Unbound, "uses no control groups"},
		{"1", "cgroupfs", rootless, limits.Unbound, "rootless"},
		{"2", "none", rootless, limits.Unbound, "uses no control groups"},
		{"2", "cgroupfs", rootless, limits.Unbound, "rootless"},
		{"2", "systemd", rootless, limits.Unbound, "rootless"},
		{"", "", "", limits.Unbound, "uses no control groups"},
		{"3", "cgroupfs", "", limits.Unbound, "control groups of version 3, cgroupfs do not nest"},
	} {
		info := system.Info{CgroupVersion: c.version, CgroupDriver: c.driver, SecurityOptions: []string{c.security}}
		if c.security == podman {
			info.SecurityOptions, info.ProductLicense = nil, "Apache-2.0"
		}
		got := factsOf(info)
		if got.cgroups.Binding != c.want || !strings.Contains(got.cgroups.WhyNot, c.whyNot) || (got.cgroups.WhyNot == "") != (c.whyNot == "") {
			t.Errorf("version %q, %q %s: %v, %q; want %v, %q", c.version, c.driver, c.security, got.cgroups.Binding, got.cgroups.WhyNot, c.want, c.whyNot)
		}
	}
}

// Podman's own error for a log driver does not say what it is for.
func TestFireLensIsRefusedWithoutItsLogDriver(t *testing.T) {
	const want = "the engine has no log driver fluentd, so FireLens does not work with it"
	docker := []string{"awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "logentries", "splunk", "syslog"}
	for _, c := range []struct {
		has     []string
		driver  string
		refused bool
	}{
		{docker, "fluentd", false},
		{[]string{"k8s-file", "none", "passthrough", "journald"}, "fluentd", true},
		{[]string{"k8s-file", "none", "passthrough", "journald"}, "loki", false},
	} {
		err := factsOf(system.Info{Plugins: system.PluginsInfo{Log: c.has}}).checkLog(backend.Log{Driver: c.driver})
		if refused := err != nil && err.Error() == want; refused != c.refused {
			t.Errorf("%s of %v: %v", c.driver, c.has, err)
		}
	}
}
