// Package appspec reads application specification files of AWS CodeDeploy, of deployments to Amazon ECS: YAML and JSON, with
// keys in any case (CD0015).
package appspec

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Spec is what an AppSpec file asks for.
type Spec struct {
	TaskDefinition string // as given: an ARN, or family:revision
	Container      string // of LoadBalancerInfo
	Port           int32
	// What follows is the one of the original task set if it is missing.
	PlatformVersion string
	Network         *ecstypes.NetworkConfiguration
	Strategy        []ecstypes.CapacityProviderStrategyItem
	// Hooks are functions by the lifecycle events that call them, each a name or an ARN.
	Hooks map[string]string
}

// invalid is how messages of INVALID_REVISION begin. Source: issue 6267 of aws/aws-cli, for this and for what stands behind it of
// YAML that is none; the other reasons are the emulator's.
const invalid = "The deployment failed because the AppSpec file that specifies the deployment configuration is missing or has an invalid configuration. "

// Error is why a text is no AppSpec file, as deployments tell it with the code INVALID_REVISION.
type Error struct{ Reason string }

func (e *Error) Error() string { return invalid + e.Reason }

func errorf(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// mostBytes is how long an AppSpec file may be. The reader, which reads templates too, has the bound: a choice.
const mostBytes = 1_000_000

// Read reads an AppSpec file of a deployment to Amazon ECS. The error is an [Error].
func Read(content string) (*Spec, error) {
	if len(content) > mostBytes {
		return nil, errorf("The AppSpec file has more than %d bytes.", mostBytes)
	}
	root, err := document.Read(content)
	if err != nil {
		return nil, malformed(content, err)
	}
	r := &reader{}
	spec := r.file(root)
	return spec, r.err
}

// malformed says why a text is neither YAML nor JSON.
func malformed(content string, err error) error {
	kind := "yaml"
	if trimmed := strings.TrimLeft(content, " \t\r\n\ufeff"); strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[") {
		kind = "json"
	}
	var refused *document.Error
	switch errors.As(err, &refused); {
	case strings.TrimSpace(content) == "":
		return errorf("The AppSpec file is empty.")
	case refused != nil && strings.Contains(refused.Message, "aliases"):
		return errorf("The AppSpec file has an alias of YAML in line %d.", refused.At.Line)
	case refused != nil && refused.At.Line > 0:
		return errorf("The input AppSpec file is a not well-formed %s. The template cannot be parsed. (line %d)", kind, refused.At.Line)
	}
	return errorf("The input AppSpec file is a not well-formed %s. The template cannot be parsed.", kind)
}

// Sum is the SHA-256 of a content, as requests and answers have it.
func Sum(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}
