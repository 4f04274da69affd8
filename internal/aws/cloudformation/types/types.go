// Package types has the types of resources that stacks can make, by their names.
package types

import (
	"maps"
	"slices"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/schema"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/cdk"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/elbv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/logs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/ssm"
)

// all are the types of each service.
var all = sync.OnceValue(func() map[string]*handler.Type {
	types := map[string]*handler.Type{}
	for _, list := range [][]*handler.Type{
		acm.Types(), applicationautoscaling.Types(), autoscaling.Types(), cdk.Types(), cloudformation.Types(), cloudwatch.Types(), ec2.Types(), ecr.Types(), ecs.Types(), elbv2.Types(), eventbridge.Types(), iam.Types(), logs.Types(), scheduler.Types(), secretsmanager.Types(), servicediscovery.Types(), ssm.Types(),
	} {
		for _, t := range list {
			types[t.Name] = t
		}
	}
	return types
})

// Find returns the type of a name, nil if resources of it cannot be made.
func Find(name string) *handler.Type { return all()[name] }

// Names are the names of all types that there are, sorted.
func Names() []string { return slices.Sorted(maps.Keys(all())) }

// Planned are the types of AWS's table of which no resource can be made, sorted.
func Planned() []string {
	return slices.DeleteFunc(schema.Names(), func(name string) bool { return Find(name) != nil })
}
