// Package appspec reads application specification files of AWS CodeDeploy, of deployments to Amazon ECS: YAML and JSON, with
// keys in any case (CD15).
package appspec

import ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"

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
