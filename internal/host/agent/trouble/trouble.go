// Package trouble sorts the errors for which tasks do not start by what they are about. Package reason has the texts that ECS
// makes of the same errors, for people.
package trouble

import (
	"errors"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
	"github.com/ecs-emulator/ecs-emulator/internal/host/volume"
)

// What registries and engines say of an image that there is not, and Code of the trouble then. A registry that denies a pull
// does not say whether there is one.
// Source: Distribution registry API, error codes; Moby distribution/errors.go.
const (
	Denied      = "denied"
	Unreachable = "unreachable"
	Broken      = "broken"
)

// Codes of a trouble with the network interface.
const (
	SubnetFull = "subnet-full"
	NoCapacity = "no-capacity"
)

// Pull is why an image that a container names cannot be pulled.
func Pull(container, image, platform string, err error) state.Trouble {
	t := state.Trouble{Kind: state.TroublePull, Container: container, Subject: image, Text: engineText(err)}
	var lacks *imagepull.LacksError
	var login *imagepull.LoginError
	var broken *backend.BrokenPullError
	switch text := strings.ToLower(err.Error()); {
	case errors.As(err, &login):
		t.Kind = state.TroubleRole
		takeCall(&t, err)
	case errors.Is(err, backend.ErrNoPlatform), strings.Contains(text, "no matching manifest for "):
		t.Kind, t.Wanted = state.TroubleImagePlatform, platform
	case errors.As(err, &lacks), strings.Contains(text, "manifest unknown"), strings.Contains(text, "name unknown"), backend.Missing(err, backend.KindImage):
		t.Kind = state.TroubleImageMissing
	case strings.Contains(text, "pull access denied"):
		t.Kind, t.Code = state.TroubleImageMissing, Denied
	case errors.As(err, &broken):
		t.Code = Broken
	case containsAny(text, "no such host", "connection refused", "i/o timeout", "network is unreachable", "no route to host",
		"tls handshake timeout", "client.timeout exceeded", "context deadline exceeded", "server misbehaving"):
		t.Code = Unreachable
	}
	return t
}

// OtherPlatform is of an image that is there for another platform alone.
func OtherPlatform(container, image, wanted string, has backend.Image) state.Trouble {
	t := state.Trouble{Kind: state.TroubleImagePlatform, Container: container, Subject: image, Wanted: wanted}
	if has.OS != "" && has.Architecture != "" {
		t.Has = has.OS + "/" + has.Architecture
	}
	return t
}

// actualPlatform is how an engine says that an image is for another platform.
// Source: Moby daemon/images/image.go.
var actualPlatform = lazyregexp.New(`image with reference .* was found but does not match the specified platform: wanted (\S+), actual: (\S+)`)

// Start is why a container cannot be made or started.
func Start(container, image string, err error) state.Trouble {
	t := state.Trouble{Kind: state.TroubleStart, Container: container, Text: engineText(err)}
	if found := actualPlatform.FindStringSubmatch(err.Error()); found != nil {
		t.Kind, t.Subject, t.Wanted, t.Has = state.TroubleImagePlatform, image, found[1], strings.TrimSuffix(found[2], ":")
	}
	return t
}

// Log is why the output of a container cannot go to its log group.
func Log(container, group string, err error) state.Trouble {
	t := state.Trouble{Kind: state.TroubleLog, Container: container, Subject: group, Text: engineText(err)}
	takeCall(&t, err)
	return t
}

// Volume is why a volume cannot be had.
func Volume(name string, err error) state.Trouble {
	t := state.Trouble{Kind: state.TroubleVolume, Subject: name, Text: engineText(err)}
	var role volume.RoleError
	if errors.As(err, &role) {
		t.Kind = state.TroubleRole
	}
	return t
}

// Interface is why a task has no network interface in a subnet, or no sandbox.
func Interface(subnet string, err error) state.Trouble {
	t := state.Trouble{Kind: state.TroubleInterface, Subject: subnet, Text: engineText(err)}
	switch {
	case errors.Is(err, backend.ErrSubnetFull):
		t.Code = SubnetFull
	case errors.Is(err, backend.ErrNoCapacity):
		t.Code = NoCapacity
	}
	return t
}

// takeCall takes over how an API refuses, which makes it a matter of the role where it refuses the caller.
func takeCall(t *state.Trouble, err error) {
	var call *apiclient.Error
	var refusal smithy.APIError
	switch {
	case errors.As(err, &call):
		t.Code, t.Text = call.Code, call.Message
	case errors.As(err, &refusal):
		t.Code, t.Text = refusal.ErrorCode(), refusal.ErrorMessage()
	}
	if state.RefusedCode(t.Code) {
		t.Kind = state.TroubleRole
	}
}

// engineText is the engine's own words without the client's frame.
func engineText(err error) string {
	return strings.TrimPrefix(err.Error(), "Error response from daemon: ")
}

func containsAny(text string, parts ...string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
