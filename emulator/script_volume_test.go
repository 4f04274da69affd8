package emulator_test

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// setVolumes gives a script what it may mount, and removes what no emulator does.
func (s scene) setVolumes(t *testing.T, env *testscript.Env, opts *emulator.Options) {
	token := strings.ToLower(rand.Text()[:12])
	allowed := filepath.Join(env.WorkDir, "allowed")
	opts.AllowHostPaths, opts.FileSystems = []string{allowed, "/dev/kmsg", "/dev/no-such-device"}, map[string]string{"fs-0folder": filepath.Join(allowed, "exports")}
	env.Setenv("ALLOWED", allowed)
	env.Setenv("SHARED", "script-"+token)
	env.Setenv("FILESYSTEM", "fs-"+token)
	if s.opts.Engine != "docker" {
		return
	}
	env.Defer(func() {
		// A user who runs containers as root leaves folders of root.
		if err := os.RemoveAll(allowed); err != nil {
			t.Error(err)
		}
		cli := dockertest.Client(t)
		names := []string{"script-" + token, "ecs-emulator-fs-" + token}
		kept, err := cli.VolumeList(context.Background(), client.VolumeListOptions{
			Filters: make(client.Filters).Add("label", "ecs-emulator.tag.script=script-"+token),
		})
		if err != nil {
			t.Error(err)
		}
		for _, v := range kept.Items { // EBS volumes that their tasks left
			names = append(names, v.Name)
		}
		for _, name := range names {
			_, err := cli.VolumeRemove(context.Background(), name, client.VolumeRemoveOptions{Force: true})
			if err != nil && !cerrdefs.IsNotFound(err) {
				t.Error(err)
			}
		}
	})
}
