package docker

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

func TestFreeRanges(t *testing.T) {
	first := func(avoid ...string) string {
		var ranges []netip.Prefix
		for _, a := range avoid {
			ranges = append(ranges, netip.MustParsePrefix(a))
		}
		for free := range freeRanges(ranges) {
			return free.String()
		}
		return ""
	}
	for _, c := range []struct {
		avoid []string
		want  string
	}{
		{nil, "172.31.0.0/16"},
		{[]string{"172.31.4.0/24"}, "172.30.0.0/16"},
		{[]string{"172.24.0.0/13"}, "172.23.0.0/16"},
		{[]string{"172.16.0.0/12"}, "10.255.0.0/16"},
		{[]string{"172.16.0.0/12", "10.255.255.255/32", "fd00::/8"}, "10.254.0.0/16"},
		{[]string{"172.16.0.0/12", "10.0.0.0/8"}, ""},
	} {
		if got := first(c.avoid...); got != c.want {
			t.Errorf("avoiding %v: %q; want %q", c.avoid, got, c.want)
		}
	}
	if got := lastRange(netip.MustParsePrefix("172.31.0.0/16")).String(); got != "172.31.240.0/20" {
		t.Errorf("last range %s", got)
	}
}

func TestRoutes(t *testing.T) {
	table := `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	0	00000000	0	0	0
eth0	000200C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
tun0	00001EAC	00000000	0001	0	0	0	0000FFFF	0	0	0
`
	if got := fmt.Sprint(routes(strings.NewReader(table))); got != "[192.0.2.0/24 172.30.0.0/16]" {
		t.Errorf("routes = %s", got)
	}
}

func TestResourceNamesAreReadableAndNeverCollide(t *testing.T) {
	if got := networkName("dev", "vpc-0abc"); got != "ecs-emulator-dev-vpc-0abc" {
		t.Errorf("name %q", got)
	}
	seen := map[string]string{}
	for _, owner := range []string{"a b", "a-b", "a_b", "a/b", strings.Repeat("a", 30) + "1", strings.Repeat("a", 30) + "2", ""} {
		name := networkName(owner, "vpc")
		if other, taken := seen[name]; taken {
			t.Errorf("owners %q and %q share %q", owner, other, name)
		}
		seen[name] = owner
	}
}

func TestOwnContainerID(t *testing.T) {
	id := strings.Repeat("0123456789abcdef", 4)
	inside := "820 810 8:1 /var/lib/docker/containers/" + id + "/hostname /etc/hostname rw,relatime - ext4 /dev/sda1 rw\n"
	host := "701 29 0:60 / /var/lib/docker/containers/" + id + "/mounts/shm rw - tmpfs shm rw\n"
	if got := idInMounts(strings.NewReader(host + inside)); got != id {
		t.Errorf("inside a container: %q", got)
	}
	if got := idInMounts(strings.NewReader(host)); got != "" {
		t.Errorf("on the host of containers: %q", got)
	}
	for line, want := range map[string]string{
		"5:memory:/docker/" + id:                   id,
		"0::/system.slice/docker-" + id + ".scope": id,
		"0::/": "",
		"0::/user.slice/user-1000.slice/session.scope": "",
	} {
		if got := idInCgroups(strings.NewReader(line + "\n")); got != want {
			t.Errorf("%s: %q; want %q", line, got, want)
		}
	}
}

func TestSpecLabels(t *testing.T) {
	e := &Engine{owner: "me", durable: true}
	spec := map[string]string{"a": "1", "with, comma": "2", ownerLabel: "forged"}
	all := e.labels(kindContainer, spec)
	all["of-the-image"] = "x"
	if all[ownerLabel] != "me" || all[durableLabel] != "true" || all[kindLabel] != "container" {
		t.Errorf("labels %v", all)
	}
	delete(spec, ownerLabel)
	got := specLabels(all)
	delete(got, ownerLabel)
	if !maps.Equal(got, spec) {
		t.Errorf("labels of the spec %v; want %v", got, spec)
	}
}

func TestResourcesStayWithinTheSandbox(t *testing.T) {
	sandbox := sandboxFacts{cpuQuota: 50_000, memory: 64 << 20}
	for _, c := range []struct {
		name       string
		spec       backend.ContainerSpec
		taskLimits bool
		quota      int64
		memory     int64
	}{
		{"none asked, the group bounds", backend.ContainerSpec{}, true, 0, 0},
		{"none asked, nothing else bounds", backend.ContainerSpec{}, false, 50_000, 64 << 20},
		{"below the task's", backend.ContainerSpec{CPU: 256, Memory: 8 << 20}, true, 25_000, 8 << 20},
		{"above the task's", backend.ContainerSpec{CPU: 4096}, true, 50_000, 0},
		{"below what the kernel takes", backend.ContainerSpec{CPU: 1}, true, minCPUQuota, 0},
	} {
		got := resources(c.spec, sandbox, c.taskLimits)
		if got.CPUQuota != c.quota || got.Memory != c.memory || (got.CPUQuota > 0) != (got.CPUPeriod > 0) {
			t.Errorf("%s: quota %d of %d, memory %d; want %d and %d", c.name, got.CPUQuota, got.CPUPeriod, got.Memory, c.quota, c.memory)
		}
	}
}

func TestMayLive(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	lifeline := func(status container.ContainerState, ago time.Duration, code int, grace string) container.InspectResponse {
		at := now.Add(-ago).Format(time.RFC3339Nano)
		return container.InspectResponse{
			ContainerJSONBase: &container.ContainerJSONBase{Created: at, State: &container.State{
				Status: status, Running: status == container.StateRunning, FinishedAt: at, ExitCode: code,
			}},
			Config: &container.Config{Labels: map[string]string{graceLabel: grace}},
		}
	}
	for _, c := range []struct {
		name string
		l    container.InspectResponse
		want bool
	}{
		{"runs", lifeline("running", time.Hour, 0, ""), true},
		{"about to start", lifeline("created", time.Second, 0, ""), true},
		{"never started", lifeline("created", time.Hour, 0, ""), false},
		{"owner hung up", lifeline("exited", 6*time.Second, 0, "5s"), false},
		{"owner about to connect again", lifeline("exited", time.Second, 0, "5s"), true},
		{"engine just restarted", lifeline("exited", time.Second, 137, ""), true},
		{"engine restarted long ago", lifeline("exited", time.Hour, 137, ""), false},
		{"remote owner cut off", lifeline("exited", time.Minute, 0, "10m0s"), true},
		{"remote owner gone", lifeline("exited", time.Hour, 0, "10m0s"), false},
	} {
		if got := mayLive(c.l, now); got != c.want {
			t.Errorf("%s: may live %v; want %v", c.name, got, c.want)
		}
	}
}

func TestOpenErrorForPermission(t *testing.T) {
	err := openError("unix:///var/run/docker.sock", fmt.Errorf("dial: %w", fs.ErrPermission))
	if !errors.Is(err, backend.ErrUnavailable) || !strings.Contains(err.Error(), "permission denied on unix:///var/run/docker.sock") {
		t.Errorf("openError = %v", err)
	}
}

func TestLineWriter(t *testing.T) {
	const stamp = "2026-01-02T03:04:05.000000006Z "
	var got []string
	w := &lineWriter{write: func(at time.Time, _ bool, line string) error {
		if at.Nanosecond() != 6 {
			t.Errorf("time %v of %q", at, line)
		}
		got = append(got, line)
		return nil
	}}
	for _, message := range []string{stamp + "one\n", stamp + "cut ", stamp + "in two\n", stamp + "\n", stamp + "terminal\r\n", stamp + "last"} {
		if n, err := w.Write([]byte(message)); err != nil || n != len(message) {
			t.Fatal(n, err)
		}
	}
	if err := w.flush(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"one", "cut in two", "", "terminal", "last"}; !slices.Equal(got, want) {
		t.Errorf("lines %q; want %q", got, want)
	}
}
