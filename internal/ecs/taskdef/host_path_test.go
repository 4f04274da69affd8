package taskdef

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

func TestHostPaths(t *testing.T) {
	allowed := HostPaths{"/srv/data/", "/srv/data/inner", "/run/app.sock"}
	for _, c := range []struct{ path, root, rest string }{
		{"/srv/data", "/srv/data", ""},
		{"/srv/data/a/b/", "/srv/data", "a/b"},
		{"/srv/data/a/../../data/b", "/srv/data", "b"},
		{"/srv/data/inner/x", "/srv/data", "inner/x"},
		{"/srv/data/innermost", "/srv/data", "innermost"},
		{"/run/app.sock", "/run/app.sock", ""},
	} {
		if root, rest, ok := allowed.Find(c.path); !ok || root != c.root || rest != c.rest {
			t.Errorf("%s: %q and %q, %t; want %q and %q", c.path, root, rest, ok, c.root, c.rest)
		}
	}
	for _, path := range []string{"", ".", "srv/data", "/", "/srv", "/srv/database", "/srv/data/../other", "/run"} {
		if root, rest, ok := allowed.Find(path); ok {
			t.Errorf("%s is %q and %q", path, root, rest)
		}
	}
	if root, rest, ok := (HostPaths{"/"}).Find("/etc/hosts"); !ok || root != "/" || rest != "etc/hosts" {
		t.Errorf("with all allowed: %q and %q, %t", root, rest, ok)
	}
}

func TestADeniedHostPathNamesTheFlag(t *testing.T) {
	def := &types.TaskDefinition{Volumes: []types.Volume{
		{Name: ptr("a"), Host: &types.HostVolumeProperties{}},
		{Name: ptr("b"), Host: &types.HostVolumeProperties{SourcePath: ptr("/srv")}},
		{Name: ptr("c"), Host: &types.HostVolumeProperties{SourcePath: ptr("/etc")}},
	}}
	why, denied := HostPaths{"/srv"}.Denied(def)
	if !denied || !strings.Contains(why, "volume 'c' is /etc") || !strings.Contains(why, "--allow-host-path") {
		t.Errorf("%q, %t", why, denied)
	}
	if why, denied := (HostPaths{"/srv", "/etc"}).Denied(def); denied {
		t.Errorf("both allowed: %s", why)
	}
}
