package launch

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// CheckTargetGroups holds the load balancers of a service against its definition, and against
// the target groups that there are.
//
// Source: field reports of CreateService; the words for an unknown group are remembered. That
// services on external instances have no load balancers: ECS developer guide, external
// instances; its words are not published.
func CheckTargetGroups(tx *store.Tx, def *types.TaskDefinition, launchType types.LaunchType, balancers []types.LoadBalancer) error {
	if launchType == types.LaunchTypeExternal && len(balancers) > 0 {
		return kit.InvalidParameter("Load balancers are not supported with EXTERNAL launch type.")
	}
	for _, b := range balancers {
		if aws.ToString(b.TargetGroupArn) == "" {
			if launchType == types.LaunchTypeFargate {
				return kit.InvalidParameter("Classic Load Balancers are not supported with Fargate.")
			}
			return nil // refused with the other members that are not built
		}
		if err := checkTargetContainer(def, b); err != nil {
			return err
		}
		for _, id := range BothGroups(b) {
			group := elbv2.FindTargetGroup(tx, id)
			switch {
			case group == nil:
				return kit.InvalidParameter("The specified target group does not exist.")
			case len(elbv2.InUse(tx, group.ARN)) == 0:
				return kit.InvalidParameter("The target group with targetGroupArn " + group.ARN + " does not have an associated load balancer.")
			}
			if err := checkTargetType(group, def, launchType); err != nil {
				return err
			}
		}
		if err := checkTestRule(tx, b); err != nil {
			return err
		}
	}
	return CheckTargetPorts(tx, def, launchType, balancers)
}

// CheckKeptTargetGroups holds those that a service has against the definition that it gets. One
// that has been deleted, or has no load balancer any more, does not prevent changes of the rest
// of the service: tools set the desired count to 0 before they delete it.
func CheckKeptTargetGroups(tx *store.Tx, def *types.TaskDefinition, launchType types.LaunchType, balancers []types.LoadBalancer) error {
	for _, b := range balancers {
		if err := checkTargetContainer(def, b); err != nil {
			return err
		}
		for _, id := range BothGroups(b) {
			if group := elbv2.FindTargetGroup(tx, id); group != nil {
				if err := checkTargetType(group, def, launchType); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// NetworkMode is the mode that tasks of a service have.
func NetworkMode(def *types.TaskDefinition, launchType types.LaunchType) types.NetworkMode {
	if launchType == types.LaunchTypeFargate {
		return types.NetworkModeAwsvpc
	}
	return task.NetworkMode(def)
}

// checkTargetType looks whether the group's targets are what tasks of the definition can be.
func checkTargetType(group *elbv2.TargetGroup, def *types.TaskDefinition, launchType types.LaunchType) error {
	mode := NetworkMode(def, launchType)
	if (mode == types.NetworkModeAwsvpc) != (group.Type == elb.TargetTypeEnumIp) {
		return kit.InvalidParameter(fmt.Sprintf("The provided target group %s has target type %s, which is incompatible with the %s network mode specified in the task definition.",
			group.ARN, group.Type, mode))
	}
	return nil
}

// checkTargetContainer looks for the container and its port.
func checkTargetContainer(def *types.TaskDefinition, b types.LoadBalancer) error {
	return checkContainerPort(def, aws.ToString(b.ContainerName), aws.ToInt32(b.ContainerPort))
}

func findContainer(def *types.TaskDefinition, name string) (*types.ContainerDefinition, error) {
	for i := range def.ContainerDefinitions {
		if c := &def.ContainerDefinitions[i]; aws.ToString(c.Name) == name {
			return c, nil
		}
	}
	return nil, kit.InvalidParameter("The container " + name + " does not exist in the task definition.")
}

func checkContainerPort(def *types.TaskDefinition, name string, port int32) error {
	container, err := findContainer(def, name)
	if err != nil {
		return err
	}
	if len(portMappings(container, port)) == 0 {
		return kit.InvalidParameter(fmt.Sprintf("The container %s did not have a container port %d defined.", name, port))
	}
	return nil
}

// CheckTargetPorts refuses a load balancer that leads to a port with two mappings, and health checks at a
// port of their own where the host port is chosen at run time. Source: ECS0320.
func CheckTargetPorts(tx *store.Tx, def *types.TaskDefinition, launchType types.LaunchType, balancers []types.LoadBalancer) error {
	bridge := NetworkMode(def, launchType) == types.NetworkModeBridge
	for _, b := range balancers {
		name, port := aws.ToString(b.ContainerName), aws.ToInt32(b.ContainerPort)
		container, err := findContainer(def, name)
		if err != nil {
			return err
		}
		mappings := portMappings(container, port)
		if len(mappings) > 1 {
			return kit.InvalidParameter(fmt.Sprintf("Container port %d is used in more than one port mapping for container %s", port, name))
		}
		if bridge && len(mappings) == 1 && aws.ToInt32(mappings[0].HostPort) == 0 {
			if err := checkHealthCheckPorts(tx, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkHealthCheckPorts wants health checks at the port that each target has. That alternate target groups
// are looked at as well is a choice.
func checkHealthCheckPorts(tx *store.Tx, b types.LoadBalancer) error {
	for _, id := range BothGroups(b) {
		group := elbv2.FindTargetGroup(tx, id)
		if group != nil && group.HealthCheck.Port != "" && group.HealthCheck.Port != elbv2.TrafficPort {
			return kit.InvalidParameter("The task definition is configured to use a dynamic host port, but the target group with targetGroupArn " +
				group.ARN + " has a health check port specified.")
		}
	}
	return nil
}

// portMappings are the mappings of a port of a container: one for each protocol.
func portMappings(c *types.ContainerDefinition, port int32) (found []types.PortMapping) {
	for _, m := range c.PortMappings {
		if aws.ToInt32(m.ContainerPort) == port {
			found = append(found, m)
		}
	}
	return found
}
