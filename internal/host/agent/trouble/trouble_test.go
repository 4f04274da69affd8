package trouble_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/trouble"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
	"github.com/ecs-emulator/ecs-emulator/internal/host/volume"
)

// TestWhatErrorsAreAbout has the words of Docker 20.10 and 28 where an error has no type.
func TestWhatErrorsAreAbout(t *testing.T) {
	pull := func(text string) state.Trouble {
		return trouble.Pull("app", "shop/app:2", "linux/amd64", errors.New(text))
	}
	refused := &apiclient.Error{Code: "AccessDeniedException", Message: "User: dev is not authorized"}
	for name, c := range map[string]struct {
		got  state.Trouble
		kind state.TroubleKind
		code string
	}{
		"manifest unknown":   {pull("Error response from daemon: manifest for shop/app:2 not found: manifest unknown: manifest unknown"), state.TroubleImageMissing, ""},
		"name unknown":       {pull("Error response from daemon: repository shop/app not found: name unknown: Unknown name"), state.TroubleImageMissing, ""},
		"access denied":      {pull("pull access denied for shop/app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"), state.TroubleImageMissing, trouble.Denied},
		"other platform":     {pull("no matching manifest for linux/amd64 in the manifest list entries"), state.TroubleImagePlatform, ""},
		"no host":            {pull(`Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host`), state.TroublePull, trouble.Unreachable},
		"refused connection": {pull("dial tcp 127.0.0.1:1: connect: connection refused"), state.TroublePull, trouble.Unreachable},
		"rate limit":         {pull("toomanyrequests: You have reached your pull rate limit."), state.TroublePull, ""},
		"broken pull":        {trouble.Pull("app", "a", "", &backend.BrokenPullError{Begun: true, Err: errors.New("unexpected EOF")}), state.TroublePull, trouble.Broken},
		"own registry":       {trouble.Pull("app", "a", "", &imagepull.LacksError{Ref: "a"}), state.TroubleImageMissing, ""},
		"login":              {trouble.Pull("app", "a", "", &imagepull.LoginError{Err: refused}), state.TroubleRole, "AccessDeniedException"},
		"local image":        {trouble.Start("app", "a", errors.New("image with reference a was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64")), state.TroubleImagePlatform, ""},
		"start":              {trouble.Start("app", "a", errors.New("no space left on device")), state.TroubleStart, ""},
		"log group":          {trouble.Log("app", "g", &apiclient.Error{Code: "ResourceNotFoundException"}), state.TroubleLog, "ResourceNotFoundException"},
		"log group, role":    {trouble.Log("app", "g", fmt.Errorf("make a stream: %w", refused)), state.TroubleRole, "AccessDeniedException"},
		"volume":             {trouble.Volume("data", errors.New("no such volume")), state.TroubleVolume, ""},
		"volume, role":       {trouble.Volume("data", volume.RoleError("arn:aws:iam::000000000000:role/ebs")), state.TroubleRole, ""},
		"full subnet":        {trouble.Interface("subnet-1", fmt.Errorf("reserve: %w", backend.ErrSubnetFull)), state.TroubleInterface, trouble.SubnetFull},
		"full engine":        {trouble.Interface("subnet-1", backend.ErrNoCapacity), state.TroubleInterface, trouble.NoCapacity},
	} {
		if c.got.Kind != c.kind || c.got.Code != c.code {
			t.Errorf("%s: %s %q, want %s %q", name, c.got.Kind, c.got.Code, c.kind, c.code)
		}
	}
	local := trouble.Start("app", "a", errors.New("image with reference a was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64"))
	if local.Wanted != "linux/arm64" || local.Has != "linux/amd64" {
		t.Errorf("the platforms are %q and %q", local.Wanted, local.Has)
	}
}
