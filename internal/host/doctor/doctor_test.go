package doctor_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
)

// healthy is an engine of which there is nothing to say.
func healthy(change func(*diagnosis.Engine)) diagnosis.Engine {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	e := diagnosis.Engine{
		Host: "unix:///var/run/docker.sock", Local: true, Hosted: true, Product: "docker", Version: "20.10.24+dfsg1", APIVersion: "1.41", OS: "linux",
		System: "Debian GNU/Linux 12 (bookworm)", Architecture: "amd64", StorageDriver: "overlay2", DataRoot: "/var/lib/docker",
		Groups: "control groups of version 1, cgroupfs", MemoryLimit: true, SwapLimit: true, CPULimit: true,
		Clock: now, Asked: now, HostGateway: true, Fluentd: true, FreeRange: doctor.DefaultVPC,
		Networks: []diagnosis.Network{{Name: "bridge", Range: netip.MustParsePrefix("172.17.0.0/16")}},
	}
	if change != nil {
		change(&e)
	}
	return e
}

// look is a check, what it has to be, and what its text and its next step have to say.
type look struct {
	name       string
	check      diagnosis.Check
	want       diagnosis.Status
	text, next string
}

func expect(t *testing.T, looks []look) {
	t.Helper()
	for _, l := range looks {
		if c := l.check; c.Status != l.want || !strings.Contains(c.Text, l.text) || !strings.Contains(c.Next, l.next) || c.Text == "" {
			t.Errorf("%s: %+v; want %s with %q and %q", l.name, c, l.want, l.text, l.next)
		}
		if size := len(l.check.Text); size > 2000 {
			t.Errorf("%s has a text of %d bytes", l.name, size)
		}
		if l.check.Status == diagnosis.Broken && l.check.Next == "" {
			t.Errorf("%s is broken, and does not say what to do: %+v", l.name, l.check)
		}
	}
}

func engineWith(change func(*diagnosis.Engine)) diagnosis.Check {
	return doctor.JudgeEngine(healthy(change), false)
}

func inTrouble(trouble diagnosis.Trouble, text string) func(*diagnosis.Engine) {
	return func(e *diagnosis.Engine) { e.Trouble, e.Error = trouble, text }
}

func TestEngines(t *testing.T) {
	expect(t, []look{
		{"healthy", engineWith(nil), diagnosis.OK, "docker 20.10.24+dfsg1 at unix:///var/run/docker.sock, API 1.41, its own image store on overlay2", ""},
		{"without socket", engineWith(inTrouble(diagnosis.NoSocket, "")), diagnosis.Broken, "there is no such socket", "start Docker"},
		{"denied", engineWith(inTrouble(diagnosis.Denied, "")), diagnosis.Broken, "permission denied on unix:///var/run/docker.sock", "usermod -aG docker"},
		{"refused", engineWith(inTrouble(diagnosis.Refused, "")), diagnosis.Broken, "the connection is refused", "start Docker"},
		{"silent", engineWith(inTrouble(diagnosis.Silent, "")), diagnosis.Broken, "takes connections and does not answer", "restart Docker"},
		{"silent and elsewhere", engineWith(func(e *diagnosis.Engine) { e.Trouble, e.Local, e.Host = diagnosis.Silent, false, "tcp://10.0.0.7:2376" }), diagnosis.Broken, "tcp://10.0.0.7:2376 does not answer in time: it hangs, or it is not reached", "firewall"},
		{"a page", engineWith(inTrouble(diagnosis.Unusable, "<html>\n"+strings.Repeat("Sign in. ", 100_000))), diagnosis.Broken, "cannot be used: <html> Sign in. Sign in.", ""},
		{"too old", engineWith(inTrouble(diagnosis.TooOld, "the minimum is 1.40")), diagnosis.Broken, "API 1.41, which is too old: the minimum is 1.40", "20.10 or later"},
		{"too new", engineWith(inTrouble(diagnosis.TooNew, "the minimum is 1.70")), diagnosis.Broken, "as old as this program: the minimum is 1.70", "newer ecs-emulator"},
		{"no Docker", engineWith(inTrouble(diagnosis.Unusable, "EOF")), diagnosis.Broken, "cannot be used: EOF", "--engine"},
		{"away with auto", doctor.JudgeEngine(healthy(inTrouble(diagnosis.NoSocket, "")), true), diagnosis.Degraded, "containers are simulated", "start Docker"},
		{"Podman", engineWith(func(e *diagnosis.Engine) { e.Product, e.Version = "podman", "4.3.1" }), diagnosis.Broken, "no task runs on Podman", "use Docker"},
		{"Docker 19", engineWith(func(e *diagnosis.Engine) { e.Version = "19.03.15" }), diagnosis.Broken, "built for Docker 20.10", "install"},
		{"Windows", engineWith(func(e *diagnosis.Engine) { e.OS = "windows" }), diagnosis.Broken, "containers of windows", "Linux"},
		{"rootless", engineWith(func(e *diagnosis.Engine) { e.Rootless = true }), diagnosis.Degraded, "ulimits", ""},
		{"containerd's images", engineWith(func(e *diagnosis.Engine) { e.Containerd, e.Version = true, "27.5.1" }), diagnosis.Degraded, "before Docker 28.1", ""},
		{"containerd's images, newer", engineWith(func(e *diagnosis.Engine) { e.Containerd, e.Version = true, "28.5.2" }), diagnosis.OK, "containerd's image store", ""},
		{"of no version", engineWith(func(e *diagnosis.Engine) { e.Version = "master" }), diagnosis.OK, "docker master", ""},
		{"vfs", engineWith(func(e *diagnosis.Engine) { e.StorageDriver = "vfs" }), diagnosis.Degraded, "vfs", "another storage driver"},
		{"without fluentd", engineWith(func(e *diagnosis.Engine) { e.Fluentd = false }), diagnosis.Degraded, "FireLens", ""},
		{"simulated", doctor.SimulatedEngine("containers are simulated"), diagnosis.OK, "no Docker is needed", ""},
	})
}

func TestControlGroups(t *testing.T) {
	held := doctor.Trial{Done: true, Limited: true}
	groups := func(trial doctor.Trial, change func(*diagnosis.Engine)) diagnosis.Check {
		return doctor.JudgeGroups(healthy(change), trial)
	}
	expect(t, []look{
		{"that hold", groups(held, nil), diagnosis.OK, "version 1, cgroupfs; CPU and memory limit the sum", ""},
		{"untried", groups(doctor.Trial{}, nil), diagnosis.OK, "version 1, cgroupfs", ""},
		{"that do not nest", groups(doctor.Trial{}, func(e *diagnosis.Engine) { e.Unbound = "systemd does not nest" }), diagnosis.Degraded, "systemd does not nest", ""},
		{"as the trial shows", groups(doctor.Trial{Done: true, Unbound: "no right to write"}, nil), diagnosis.Degraded, "no right to write", ""},
		{"without memory", groups(held, func(e *diagnosis.Engine) { e.MemoryLimit = false }), diagnosis.Degraded, "memory is not limited", "cgroup_enable=memory"},
		{"without swap", groups(held, func(e *diagnosis.Engine) { e.SwapLimit = false }), diagnosis.Degraded, "goes on in swap", "swapaccount=1"},
		{"without CPU", groups(held, func(e *diagnosis.Engine) { e.CPULimit = false }), diagnosis.Degraded, "CPU is not limited", ""},
		{"of an engine that is away", groups(held, inTrouble(diagnosis.Silent, "")), diagnosis.Degraded, "not checked", ""},
	})
}

func TestTrials(t *testing.T) {
	noFilter := errors.Join(backend.ErrNoFilter, errors.New("lacks nft_ct"))
	expect(t, []look{
		{"well", doctor.JudgeTrial(doctor.Trial{Done: true, Took: 1234 * time.Millisecond}), diagnosis.OK, "made, reached and removed in 1.23s; rules of security groups filter", ""},
		{"not made", doctor.JudgeTrial(doctor.Trial{Step: "it does not start", Err: errors.New("OCI runtime create failed")}), diagnosis.Broken, "it does not start: OCI runtime create failed", "journalctl"},
		{"full disk", doctor.JudgeTrial(doctor.Trial{Step: "it cannot be made", Err: errors.New("mkdir: no space left on device")}), diagnosis.Broken, "no space left", "make room"},
		{"unfiltered", doctor.JudgeTrial(doctor.Trial{Lack: noFilter}), diagnosis.Degraded, "lacks nft_ct", "modprobe nf_tables"},
		{"leaking", doctor.JudgeTrial(doctor.Trial{Leaks: true}), diagnosis.Degraded, "a port was reached that no rule lets in", ""},
		{"out of reach", doctor.JudgeTrial(doctor.Trial{Unreached: errors.New("i/o timeout")}), diagnosis.Broken, "is not reached: i/o timeout", "firewall"},
		{"left", doctor.JudgeTrial(doctor.Trial{Left: errors.New("has active endpoints")}), diagnosis.Degraded, "not removed: has active endpoints", "prune --dead"},
		{"images", doctor.JudgeImages("amd64", nil), diagnosis.OK, "for amd64, are on the engine", ""},
		{"no images", doctor.JudgeImages("amd64", errors.New("Docker needs program\nsandbox")), diagnosis.Broken, "Docker needs program sandbox", "--programs"},
		{"no room for images", doctor.JudgeImages("amd64", errors.New("no space left on device")), diagnosis.Broken, "no space left", "room on its disk"},
	})
}

func TestClocks(t *testing.T) {
	off := func(by, within time.Duration) diagnosis.Check {
		return doctor.JudgeClock(healthy(func(e *diagnosis.Engine) { e.Clock, e.Within = e.Asked.Add(by), within }))
	}
	expect(t, []look{
		{"right", off(0, 0), diagnosis.OK, "within 2s", ""},
		{"a bit off", off(-2*time.Second, 0), diagnosis.OK, "within 2s", ""},
		{"behind", off(-3*time.Minute, 0), diagnosis.Degraded, "3m0s behind this machine's", "set the clock"},
		{"ahead", off(2100*time.Millisecond, 0), diagnosis.Degraded, "2s ahead of this machine's", ""},
		{"of a slow engine", off(2100*time.Millisecond, time.Second), diagnosis.OK, "", ""},
		{"untold", doctor.JudgeClock(healthy(func(e *diagnosis.Engine) { e.Clock = time.Time{} })), diagnosis.Degraded, "does not tell", ""},
		{"of none", doctor.JudgeClock(healthy(inTrouble(diagnosis.Denied, ""))), diagnosis.Degraded, "not checked", ""},
	})
}

func TestLeftovers(t *testing.T) {
	left := func(owners ...diagnosis.Owner) diagnosis.Check {
		return doctor.JudgeLeft(doctor.Left{Owners: owners})
	}
	expect(t, []look{
		{"none", left(), diagnosis.OK, "no dead owner", ""},
		{"of the living", left(diagnosis.Owner{ID: "a", State: "live", Containers: 2}, diagnosis.Owner{ID: "b", State: "kept", Networks: 1}), diagnosis.OK, "1 owner live: see ecs-emulator prune; 1 owner kept", ""},
		{"of the dead", left(diagnosis.Owner{ID: "a", State: "live"}, diagnosis.Owner{ID: "b", State: diagnosis.Dead, Containers: 2, Networks: 1}), diagnosis.Degraded, "owner b is dead and has 2 containers, 1 network", "doctor --fix"},
		{"that stay", left(diagnosis.Owner{ID: "b", State: diagnosis.Dead, SharedVolumes: 1}), diagnosis.OK, "no dead owner", ""},
		{"unseen", doctor.JudgeLeft(doctor.Left{Err: errors.New("no answer")}), diagnosis.Degraded, "not checked: no answer", ""},
	})
}

func TestDisks(t *testing.T) {
	const gib = 1 << 30
	disk := func(free, files int64) diagnosis.Check {
		d := doctor.EngineDisk("/var/lib/docker")
		d.Free, d.Total, d.Files = free, 100*gib, files
		return doctor.JudgeDisks([]doctor.Disk{d})
	}
	small := doctor.StateDisk("temporary files", "/tmp")
	small.Free, small.Total, small.Files = 1<<20, 64<<20, -1
	expect(t, []look{
		{"with room", disk(20*gib, 1e6), diagnosis.OK, "the engine's data (/var/lib/docker): 20.0 GiB of 100.0 GiB are free", ""},
		{"nearly full", disk(gib, 1e6), diagnosis.Degraded, "1.0 GiB of 100.0 GiB are free: a pull", "make room at /var/lib/docker"},
		{"full", disk(1000, 1e6), diagnosis.Broken, "1000 B of 100.0 GiB are free", "make room"},
		{"without files", disk(20*gib, 3), diagnosis.Broken, "takes only 3 more files", "make room"},
		{"with any files", disk(20*gib, -1), diagnosis.OK, "20.0 GiB", ""},
		{"unseen", doctor.JudgeDisks([]doctor.Disk{doctor.UnseenDisk("/x"), small}), diagnosis.Broken, "room not known, the engine's disk is not seen from here; temporary files (/tmp): 1.0 MiB of 64.0 MiB", "make room at /tmp"},
	})
}

func TestRanges(t *testing.T) {
	prefix := netip.MustParsePrefix
	with := func(r doctor.Ranges, networks ...diagnosis.Network) diagnosis.Check {
		return doctor.JudgeRanges(healthy(func(e *diagnosis.Engine) { e.Networks = networks }), r)
	}
	net := func(name, owner, at string) diagnosis.Network {
		return diagnosis.Network{Name: name, Owner: owner, Range: prefix(at)}
	}
	route := func(name, to string) doctor.Ranges {
		return doctor.Ranges{Routes: []doctor.Route{{Interface: name, Range: prefix(to)}}}
	}
	chosen := doctor.Ranges{VPC: prefix("10.20.0.0/16")}
	routed := chosen
	routed.Routes = []doctor.Route{{Interface: "eth0", Range: prefix("10.0.0.0/8")}}
	full := healthy(func(e *diagnosis.Engine) { e.FreeRange = netip.Prefix{} })
	expect(t, []look{
		{"free", with(doctor.Ranges{}, net("bridge", "", "172.17.0.0/16")), diagnosis.OK, "nothing else has part of 172.31.0.0/16", ""},
		{"taken by a network", with(doctor.Ranges{}, net("shop", "", "172.31.0.0/20")), diagnosis.Degraded, "the engine's network shop has 172.31.0.0/20: the default VPC has another range", "172.31.0.0/16"},
		{"taken by an emulator", with(route("br-1", "172.31.0.0/16"), net("ecs-emulator-x", "x", "172.31.0.0/16")), diagnosis.OK, "nothing else", ""},
		{"taken by a VPN", with(route("tun0", "172.16.0.0/12")), diagnosis.Degraded, "the VPN interface tun0 has 172.16.0.0/12", "172.31.0.0/16"},
		{"a network and its route", with(route("br-2", "172.31.0.0/20"), net("shop", "", "172.31.0.0/20")), diagnosis.Degraded, "network shop has 172.31.0.0/20: the default VPC has another range than on AWS, 172.31.0.0/16; nothing", ""},
		{"none is free", doctor.JudgeRanges(full, doctor.Ranges{}), diagnosis.Broken, "no /16 is free", "docker network prune"},
		{"chosen and free", with(chosen), diagnosis.OK, "nothing else has part of the VPC's range 10.20.0.0/16", ""},
		{"chosen and taken", with(chosen, net("shop", "", "10.20.3.0/24")), diagnosis.Broken, "overlaps 10.20.3.0/24 of the engine's network shop", "--vpc-cidr"},
		{"chosen and routed", with(routed), diagnosis.Degraded, "overlaps 10.0.0.0/8 of this host's interface eth0: tasks do not reach", "--vpc-cidr"},
		{"instances in part", with(route("utun4", "198.18.0.0/16")), diagnosis.OK, "leaves out 198.18.0.0/16 of the VPN interface utun4", ""},
		{"instances without any", with(doctor.Ranges{Instance: prefix("10.9.0.0/16"), Routes: []doctor.Route{{Interface: "wg0", Range: prefix("10.0.0.0/8")}}}), diagnosis.Degraded, "bridge tasks on container instances do not start", "--instance-cidr"},
		{"of another host", with(doctor.Ranges{Unseen: "not seen from here"}), diagnosis.OK, "not seen from here", ""},
	})
}

func TestPlaces(t *testing.T) {
	here := doctor.Place{System: "linux", MachineID: true}
	place := func(p doctor.Place, change func(*diagnosis.Engine)) diagnosis.Check {
		return doctor.JudgePlace(p, healthy(change))
	}
	expect(t, []look{
		{"on the machine", place(here, nil), diagnosis.OK, "on the machine itself", ""},
		{"in a container of the engine", place(doctor.Place{System: "linux", Container: "docker"}, func(e *diagnosis.Engine) { e.Container = "shop-ecs-1" }), diagnosis.Degraded, "in the container shop-ecs-1 of the engine: ports of tasks are at 127.0.0.1 of the engine's host from 14600 up", ""},
		{"in another container", place(doctor.Place{System: "linux", Container: "kubernetes"}, nil), diagnosis.Degraded, "in a container (kubernetes) that the engine does not have", "socket"},
		{"in WSL", place(doctor.Place{System: "linux", WSL: true, MachineID: true}, nil), diagnosis.Degraded, "WSL", ""},
		{"Docker Desktop", place(here, func(e *diagnosis.Engine) { e.System, e.Hosted = "Docker Desktop", false }), diagnosis.Degraded, "not at their addresses", ""},
		{"a Mac", place(doctor.Place{System: "darwin", MachineID: true}, nil), diagnosis.Degraded, "virtual machine", ""},
		{"another host", place(here, func(e *diagnosis.Engine) { e.Local = false }), diagnosis.Degraded, "the engine is on another host", ""},
		{"without id", place(doctor.Place{System: "linux"}, nil), diagnosis.Degraded, "/etc/machine-id", ""},
		{"without engine", place(here, func(e *diagnosis.Engine) { *e = diagnosis.Engine{Trouble: diagnosis.NoSocket} }), diagnosis.OK, "on the machine itself", ""},
	})
}

func TestNames(t *testing.T) {
	unknown := errors.New("lookup registry-1.docker.io: no such host")
	expect(t, []look{
		{"found", doctor.JudgeNames(doctor.Names{Outside: "registry-1.docker.io", Loopback: true}, healthy(nil)), diagnosis.OK, "registry-1.docker.io is found; localhost leads", ""},
		{"without a network", doctor.JudgeNames(doctor.Names{Outside: "registry-1.docker.io", OutsideErr: unknown, Loopback: true}, healthy(nil)), diagnosis.Degraded, "registry-1.docker.io is not found (no such host)", "resolv.conf"},
		{"without localhost", doctor.JudgeNames(doctor.Names{}, healthy(nil)), diagnosis.Degraded, "localhost does not lead", "hosts file"},
		{"of the endpoint", doctor.JudgeNames(doctor.Names{Loopback: true, Endpoint: "ecs.local", EndpointErr: errors.New("no such host")}, healthy(nil)), diagnosis.Degraded, "ecs.local is not found (no such host)", "--endpoint"},
		{"of the host", doctor.JudgeNames(doctor.Names{Loopback: true}, healthy(func(e *diagnosis.Engine) { e.HostGateway = false })), diagnosis.Degraded, "host.docker.internal", ""},
		{"simulated", doctor.JudgeNames(doctor.Names{Loopback: true}, diagnosis.Engine{}), diagnosis.OK, "localhost leads", ""},
	})
}

func TestEndpoints(t *testing.T) {
	at := doctor.Answer{URL: "http://127.0.0.1:4577", Version: "v1", Own: "v1", Engine: "docker 20.10", Healthy: true}
	with := func(change func(*doctor.Answer)) diagnosis.Check {
		a := at
		change(&a)
		return doctor.JudgeAnswer(a)
	}
	expect(t, []look{
		{"well", with(func(*doctor.Answer) {}), diagnosis.OK, "ecs-emulator v1 answers at http://127.0.0.1:4577, engine docker 20.10", ""},
		{"of another version", with(func(a *doctor.Answer) { a.Own = "v2" }), diagnosis.OK, "this program is v2", ""},
		{"unfiltered", with(func(a *doctor.Answer) { a.Reasons = []string{"no nft_ct"} }), diagnosis.Degraded, "no nft_ct", ""},
		{"ill", with(func(a *doctor.Answer) { a.Healthy, a.Reasons = false, []string{"the disk is full"} }), diagnosis.Broken, "the disk is full", "health"},
		{"a stranger", with(func(a *doctor.Answer) { a.Stranger = true }), diagnosis.Broken, "another program", "--endpoint"},
		{"none", with(func(a *doctor.Answer) { a.Silence = "connection refused" }), diagnosis.OK, "no emulator answers", ""},
		{"a page", with(func(a *doctor.Answer) { a.Silence = "malformed HTTP response " + strings.Repeat("Sign in. ", 100_000) }), diagnosis.OK, "malformed HTTP response Sign in.", ""},
		{"none where one is named", with(func(a *doctor.Answer) { a.Silence, a.Named = "connection refused", true }), diagnosis.Degraded, "connection refused", "serve"},
	})
}

func TestEndpointsAreShownWithoutSecrets(t *testing.T) {
	for url, want := range map[string]string{
		"http://127.0.0.1:4577": "http://127.0.0.1:4577", "http://me:hunter2@127.0.0.1:4577/": "http://127.0.0.1:4577/", "me:hunter2@127.0.0.1": "127.0.0.1",
		"http://127.0.0.1:4577/?token=hunter2": "http://127.0.0.1:4577/", "http://me:hun?er2@127.0.0.1": "http://127.0.0.1",
	} {
		if got := doctor.Shown(url); got != want {
			t.Errorf("%s is shown as %s, not %s", url, got, want)
		}
	}
}

// silentEngine is an engine whose sandboxes do not start, or that fails in other ways; see its fields.
type silentEngine struct {
	backend.Engine
	taken   int // ranges that other networks have
	fails   error
	removed bool
	asked   []netip.Prefix
}

func (e *silentEngine) EnsureNetwork(_ context.Context, spec backend.NetworkSpec) (backend.Network, error) {
	e.asked = append(e.asked, spec.CIDR)
	if len(e.asked) <= e.taken {
		return backend.Network{}, backend.ErrAddressInUse
	}
	return backend.Network{ID: "0123456789abcdef", Name: spec.Name, CIDR: spec.CIDR}, nil
}

func (e *silentEngine) CreateSandbox(context.Context, backend.SandboxSpec) (backend.Container, error) {
	return backend.Container{}, e.fails
}

func (e *silentEngine) RemoveAll(ctx context.Context) error {
	e.removed = true
	return ctx.Err()
}

func TestATrialRemovesWhatItMadeAlsoWhenItFailsOrIsEnded(t *testing.T) {
	engine := &silentEngine{taken: 2, fails: errors.New("no space left on device")}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	trial := doctor.Try(ctx, engine)
	if !trial.Done || trial.Step != "it cannot be made" || !errors.Is(trial.Err, engine.fails) || trial.Left != nil || !engine.removed {
		t.Errorf("%+v, removed: %t", trial, engine.removed)
	}
	if last := engine.asked[len(engine.asked)-1]; len(engine.asked) != 3 || last.String() != "198.51.100.32/28" {
		t.Errorf("ranges that were tried: %v", engine.asked)
	}
}

func TestATrialWithoutARange(t *testing.T) {
	engine := &silentEngine{taken: 100}
	if trial := doctor.Try(t.Context(), engine); !errors.Is(trial.Err, backend.ErrAddressInUse) || len(engine.asked) != 16 || !engine.removed {
		t.Errorf("%+v after %v", trial, engine.asked)
	}
}
