package express

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
)

// defaults of a service. Source: services.md I.2; of cpu and memory ECS0337.3, of the architecture ECS0337.6.
var defaults = express.Configuration{
	CPU: "256", Memory: "512", Architecture: types.ExpressCpuArchitectureX8664, ContainerPort: 80, HealthCheckPath: "/ping",
	MinTasks: 1, MaxTasks: 20, Percent: 60, Metric: types.ExpressGatewayServiceScalingMetricAverageCPUUtilization,
}

// request is what both requests have of a configuration.
type request struct {
	Container               *types.ExpressGatewayContainer
	ExecutionRole, TaskRole *string
	CPU, Memory             *string
	Architecture            types.ExpressCpuArchitecture
	TaskDefinition          *string
	HealthCheckPath         *string
	Scaling                 *types.ExpressGatewayScalingTarget
	Network                 *types.ExpressGatewayServiceNetworkConfiguration
}

func ofCreate(in *sdk.CreateExpressGatewayServiceInput) request {
	return request{
		in.PrimaryContainer, in.ExecutionRoleArn, in.TaskRoleArn, in.Cpu, in.Memory, in.CpuArchitecture, in.TaskDefinitionArn,
		in.HealthCheckPath, in.ScalingTarget, in.NetworkConfiguration,
	}
}

func ofUpdate(in *sdk.UpdateExpressGatewayServiceInput) request {
	return request{
		in.PrimaryContainer, in.ExecutionRoleArn, in.TaskRoleArn, in.Cpu, in.Memory, in.CpuArchitecture, in.TaskDefinitionArn,
		in.HealthCheckPath, in.ScalingTarget, in.NetworkConfiguration,
	}
}

// ofDefinition are the members that a task definition has, by their names.
func (r *request) ofDefinition() (names []string) {
	for _, m := range []struct {
		name  string
		given bool
	}{
		{"primaryContainer", r.Container != nil}, {"executionRoleArn", r.ExecutionRole != nil}, {"taskRoleArn", r.TaskRole != nil},
		{"cpu", r.CPU != nil}, {"memory", r.Memory != nil}, {"cpuArchitecture", r.Architecture != ""},
	} {
		if m.given {
			names = append(names, m.name)
		}
	}
	return names
}

// over is a configuration with what a request changes. A container takes the place of the one before as a whole; a scaling target
// only as far as it says something. That is a choice.
func (r *request) over(c express.Configuration) (express.Configuration, error) {
	if err := r.checkDefinition(c); err != nil {
		return c, err
	}
	if aws.ToString(r.TaskDefinition) != "" {
		c.TaskDefinition, c.Container, c.ExecutionRole, c.TaskRole = *r.TaskDefinition, types.ExpressGatewayContainer{}, "", ""
		c.CPU, c.Memory, c.Architecture = "", "", ""
	}
	if r.Container != nil {
		if c.TaskDefinition != "" { // from here on ECS registers one
			c.TaskDefinition, c.CPU, c.Memory, c.Architecture = "", defaults.CPU, defaults.Memory, defaults.Architecture
		}
		c.Container, c.ContainerPort = *r.Container, defaults.ContainerPort
		set(&c.ContainerPort, r.Container.ContainerPort)
	}
	set(&c.ExecutionRole, r.ExecutionRole)
	set(&c.TaskRole, r.TaskRole)
	set(&c.CPU, r.CPU)
	set(&c.Memory, r.Memory)
	c.Architecture = cmp.Or(r.Architecture, c.Architecture)
	set(&c.HealthCheckPath, r.HealthCheckPath)
	if r.Network != nil {
		c.SecurityGroups = slices.Clone(r.Network.SecurityGroups)
	}
	if t := r.Scaling; t != nil {
		set(&c.MinTasks, t.MinTaskCount)
		set(&c.MaxTasks, t.MaxTaskCount)
		set(&c.Percent, t.AutoScalingTargetValue)
		c.Metric = cmp.Or(t.AutoScalingMetric, c.Metric)
	}
	return c, check(&c)
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// checkDefinition holds the members of a task definition against each other (ECS0337.8). The words are the emulator's.
func (r *request) checkDefinition(before express.Configuration) error {
	given := r.ofDefinition()
	switch {
	case aws.ToString(r.TaskDefinition) != "" && len(given) > 0:
		return kit.InvalidParameter("taskDefinitionArn can not be specified together with " + strings.Join(given, ", ") + ".")
	case aws.ToString(r.TaskDefinition) != "":
		return nil
	case before.TaskDefinition != "" && r.Container == nil && len(given) > 0:
		return kit.InvalidParameter("The service uses the task definition " + before.TaskDefinition + ". Specify primaryContainer to change " + strings.Join(given, ", ") + ".")
	case r.Container == nil && before.TaskDefinition == "" && before.Container.Image == nil:
		return kit.InvalidParameter("primaryContainer can not be empty.")
	case r.Container != nil && aws.ToString(r.ExecutionRole) == "" && before.ExecutionRole == "":
		return kit.InvalidParameter("executionRoleArn can not be empty.")
	}
	return nil
}

// check refuses what no resource could be made from. The words are the emulator's, in the form that ECS has for others.
func check(c *express.Configuration) error {
	switch {
	case c.ContainerPort < 1 || c.ContainerPort > 65535:
		return kit.InvalidParameter("containerPort should be between 1 and 65535")
	case !strings.HasPrefix(c.HealthCheckPath, "/"):
		return kit.InvalidParameter(fmt.Sprintf("healthCheckPath '%s' must begin with a '/' character", c.HealthCheckPath))
	case len(c.HealthCheckPath) > 1024: // ELBv2 API reference, CreateTargetGroup
		return kit.InvalidParameter("healthCheckPath length should be between 1 and 1024")
	case c.MinTasks < 0:
		return kit.InvalidParameter("minTaskCount should be at least 0")
	case c.MaxTasks < c.MinTasks:
		return kit.InvalidParameter(fmt.Sprintf("minTaskCount (%d) can not be greater than maxTaskCount (%d).", c.MinTasks, c.MaxTasks))
	case c.Percent < 1:
		return kit.InvalidParameter("autoScalingTargetValue should be at least 1")
	case c.Percent > 100 && c.Metric != types.ExpressGatewayServiceScalingMetricRequestCountPerTarget:
		return kit.InvalidParameter("autoScalingTargetValue should be between 1 and 100")
	case len(c.SecurityGroups) > mostGroups:
		return kit.InvalidParameter(fmt.Sprintf("securityGroups can have at most %d items.", mostGroups))
	}
	return nil
}

// mostGroups leaves room for the group that ECS makes. Source: ECS API reference, AwsVpcConfiguration, has five in all.
const mostGroups = 4
