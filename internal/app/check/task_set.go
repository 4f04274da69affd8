package check

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

const createTaskSet = "CreateTaskSet"

// ofTaskSets are members of CreateTaskSet that tell it from an UpdateService.
var ofTaskSets = []string{"scale", "externalId"}

// makesTaskSet reports whether a value without an operation is the input of CreateTaskSet.
func (n *node) makesTaskSet() bool {
	return n.member("service") != nil && n.member("taskSet") == nil && slices.ContainsFunc(ofTaskSets, func(member string) bool { return n.member(member) != nil })
}

// ofPrimarySet are what an EXTERNAL service shows of its PRIMARY task set, and CreateService refuses (ECS0331, ECS0330).
var ofPrimarySet = []string{"taskDefinition", "networkConfiguration", "loadBalancers", "serviceRegistries", "platformVersion", "capacityProviderStrategy"}

// withoutPrimarySet removes the members that describe the PRIMARY task set from the description of an EXTERNAL service.
func (n *node) withoutPrimarySet() {
	if n.member("deploymentController").string("type") != string(types.DeploymentControllerTypeExternal) {
		return
	}
	for _, member := range ofPrimarySet {
		n.remove(member)
	}
}
