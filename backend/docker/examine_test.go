package docker_test

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

func TestWhyAnEngineCannotBeUsed(t *testing.T) {
	hangs := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	old := func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Api-Version", "1.24") }
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	for host, want := range map[string]diagnosis.Trouble{
		"unix://" + filepath.Join(t.TempDir(), "none.sock"):                          diagnosis.NoSocket,
		"tcp://" + gone.Addr().String():                                              diagnosis.Refused,
		"tcp://" + silent.Addr().String():                                            diagnosis.Silent,
		"unix://" + fakeEngine{"GET /info": hangs}.listen(t):                         diagnosis.Silent,
		"unix://" + fakeEngine{"HEAD /_ping": old}.listen(t):                         diagnosis.TooOld,
		"unix://" + fakeEngine{"GET /info": says(500, `{"message":"no"}`)}.listen(t): diagnosis.Unusable,
		"unix://" + fakeEngine{"GET /info": says(400, `{"message":"client version 1.56 is too old. Minimum supported API version is 1.70, please upgrade your client to a newer version"}`)}.listen(t): diagnosis.TooNew,
		"ftp://engine": diagnosis.Unusable,
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		e := docker.Examine(ctx, host)
		cancel()
		if e.Trouble != want || e.Error == "" || e.Host != host {
			t.Errorf("%s: %+v; want %s", host, e, want)
		}
	}
}

func TestWhatAnEngineSaysOfItself(t *testing.T) {
	e := docker.Examine(t.Context(), "unix://"+fakeEngine{
		"GET /info": says(200, `{"ServerVersion":"28.5.2","OSType":"linux","OperatingSystem":"Docker Desktop","Architecture":"aarch64","Driver":"overlayfs",
			"DriverStatus":[["driver-type","io.containerd.snapshotter.v1"]],"DockerRootDir":"/data","CgroupVersion":"2","CgroupDriver":"systemd","MemoryLimit":true,"CpuCfsQuota":true,
			"SecurityOptions":["name=rootless"],"Plugins":{"Log":["local","fluentd"]},"SystemTime":"2026-01-02T03:04:05Z"}`),
		"GET /networks": says(200, `[{"Name":"bridge","IPAM":{"Config":[{"Subnet":"172.31.0.0/16"}]}},
			{"Name":"vpc","Labels":{"ecs-emulator.owner":"x"},"IPAM":{"Config":[{"Subnet":"10.255.0.0/16"}]}}]`),
		"GET /networks/bridge": says(200, `{"Name":"bridge"}`),
		"GET /containers/json": says(200, `[{"Names":["/web"],"Ports":[{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":8080,"Type":"tcp"},{"PrivatePort":81,"Type":"tcp"}]}]`),
	}.listen(t))
	if e.Trouble != "" || e.Product != "docker" || e.Version != "28.5.2" || e.APIVersion != "1.41" || e.System != "Docker Desktop" || e.Architecture != "arm64" ||
		!e.Containerd || e.StorageDriver != "overlayfs" || e.DataRoot != "/data" || !e.Rootless || e.Hosted || !e.Local || !e.Fluentd || !e.HostGateway {
		t.Errorf("%+v", e)
	}
	if e.Groups != "control groups of version 2, systemd" || !strings.Contains(e.Unbound, "rootless") || !e.MemoryLimit || e.SwapLimit || !e.CPULimit {
		t.Errorf("%+v", e)
	}
	if want := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC); !e.Clock.Equal(want) || e.Asked.IsZero() {
		t.Errorf("its clock is %s at %s", e.Clock, e.Asked)
	}
	networks := []diagnosis.Network{
		{Name: "bridge", Range: netip.MustParsePrefix("172.31.0.0/16")}, {Name: "vpc", Owner: "x", Range: netip.MustParsePrefix("10.255.0.0/16")},
	}
	ports := []diagnosis.Port{{Container: "web", Address: netip.MustParseAddr("0.0.0.0"), Port: 8080, Protocol: "tcp"}}
	if !slices.Equal(e.Networks, networks) || !slices.Equal(e.Ports, ports) || !e.FreeRange.IsValid() || e.FreeRange == networks[0].Range {
		t.Errorf("networks %v, ports %v, free %s", e.Networks, e.Ports, e.FreeRange)
	}
}

// To examine an engine makes nothing there.
func TestDockerExamined(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	e := docker.Examine(t.Context(), dockertest.Host(t))
	if e.Trouble != "" || e.Version == "" || e.Groups == "" || e.Clock.IsZero() || len(e.Networks) == 0 || e.DataRoot == "" {
		t.Errorf("%+v", e)
	}
	if off := e.Clock.Sub(e.Asked).Abs(); e.Local && off > time.Second+e.Within {
		t.Errorf("its clock is off by %s", off)
	}
}

// The images of programs are put there, and the owner who has done that has nothing.
func TestDockerImagesOfPrograms(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	if err := engine.EnsureImages(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, err := engine.Images(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, repository := range []string{"ecs-emulator/sandbox", "ecs-emulator/balancer", "ecs-emulator/resolver"} {
		found := false
		for _, image := range all {
			found = found || slices.ContainsFunc(image.Names, func(name string) bool { return strings.HasPrefix(name, repository+":") })
		}
		if !found {
			t.Errorf("there is no image %s", repository)
		}
	}
	if others, err := engine.OtherOwners(t.Context()); err != nil || slices.ContainsFunc(others, func(o diagnosis.Owner) bool { return o.ID == "" }) {
		t.Errorf("other owners are %v, %v", others, err)
	}
}
