package check

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
	"github.com/ecs-emulator/ecs-emulator/internal/host/firelens"
)

// definition is a task definition that a file registers.
type definition struct {
	request     *request
	launchTypes []types.LaunchType // of those who use it
	// without is what has to be left out for tasks to start, usable whether they do then.
	without leftOut
	usable  bool
}

// definition checks a task definition: whether it can be registered, and whether tasks can be made
// of it on the launch types that it is for.
func (c *checker) definition(d *definition) {
	r := d.request
	rest, told, whole := c.constraints(r)
	in := new(sdk.RegisterTaskDefinitionInput)
	if err := wire.Unmarshal(r.input.appendJSON(nil, rest), in); err != nil {
		return
	}
	launchTypes := c.launchTypes(d, in)
	var unsupported []*place
	var kept []member.Found
	for i, launchType := range launchTypes {
		on := launchType
		if len(launchTypes) == 1 {
			on = ""
		}
		refused, without := taskdef.MembersOn(launchType, in)
		unsupported = append(unsupported, c.members(r, "RunTask", on, rest, told, refused)...)
		if i == 0 {
			kept = without
		}
		kept = slices.DeleteFunc(kept, func(found member.Found) bool {
			return !slices.ContainsFunc(without, func(other member.Found) bool { return other.Path == found.Path })
		})
	}
	c.kept(r, rest, kept)
	c.logRouter(r, rest, in.ContainerDefinitions)
	if !whole {
		return
	}
	ask := func(without leftOut) *refusal {
		return c.options.ask(world{}, register, r.input.appendJSON(nil, without))
	}
	if d.without, d.usable = c.explore(r, register, ask, told); !d.usable {
		return
	}
	fine := func(without leftOut) bool { return ask(without) == nil }
	for _, p := range unsupported { // a log router and its users want each other: the API is fine without both
		d.without = p.leaveOut(d.without, fine, c.keepsModel(r))
	}
	for _, launchType := range launchTypes {
		if !d.usable {
			return
		}
		d.without, d.usable = c.explore(r, "RunTask", func(without leftOut) *refusal { return c.run(d, launchType, without) }, d.without)
	}
}

// logRouter tells what fails the tasks of a definition with a log router, and which of its options have no effect.
func (c *checker) logRouter(r *request, rest leftOut, containers []types.ContainerDefinition) {
	router := firelens.Router(containers)
	if router < 0 || !slices.Contains(types.FirelensConfigurationType("").Values(), containers[router].FirelensConfiguration.Type) {
		return // the API tells
	}
	places, path := r.input.places(rest), fmt.Sprintf("containerDefinitions[%d].firelensConfiguration", router)
	if _, err := firelens.NewConfiguration(firelens.Task{}, firelens.WithRouter(containers)); err != nil {
		c.add(r, at(places, path), Finding{Effect: Stops, Operation: "RunTask", Message: err.Error()})
	}
	for _, option := range firelens.UnknownOptions(containers[router].FirelensConfiguration) {
		c.add(r, at(places, path+".options."+option), Finding{Effect: NoEffect, Operation: register, Message: "log routers do not have this option"})
	}
}

// launchTypes are those that a definition requires and on which it is used; if there are none, the
// one of requests that name none.
func (c *checker) launchTypes(d *definition, in *sdk.RegisterTaskDefinitionInput) []types.LaunchType {
	launchTypes := slices.Clone(d.launchTypes)
	for _, each := range in.RequiresCompatibilities {
		if launchType := types.LaunchType(each); slices.Contains([]types.LaunchType{types.LaunchTypeEc2, types.LaunchTypeFargate, types.LaunchTypeExternal}, launchType) {
			launchTypes = append(launchTypes, launchType)
		}
	}
	slices.Sort(launchTypes)
	if launchTypes = slices.Compact(launchTypes); len(launchTypes) == 0 {
		launchTypes = []types.LaunchType{c.defaultLaunchType()}
	}
	return launchTypes
}

func (c *checker) defaultLaunchType() types.LaunchType {
	if c.options.DefaultLaunchType != "" {
		return c.options.DefaultLaunchType
	}
	return types.LaunchTypeEc2
}

// run runs a task of a definition, with what its network mode and its volumes need. That it cannot
// have the launch type is told of those who use it so.
func (c *checker) run(d *definition, launchType types.LaunchType, without leftOut) *refusal {
	body := d.request.input.appendJSON(nil, without)
	def := new(sdk.RegisterTaskDefinitionInput)
	if err := wire.Unmarshal(body, def); err != nil {
		return &refusal{message: err.Error()}
	}
	in := &sdk.RunTaskInput{TaskDefinition: def.Family, LaunchType: launchType, NetworkConfiguration: networkFor(def)}
	for _, v := range def.Volumes {
		if aws.ToBool(v.ConfiguredAtLaunch) {
			in.VolumeConfigurations = append(in.VolumeConfigurations, types.TaskVolumeConfiguration{
				Name: v.Name, ManagedEBSVolume: &types.TaskManagedEBSVolumeConfiguration{RoleArn: aws.String(aRole), SizeInGiB: aws.Int32(10)},
			})
		}
	}
	refused := c.options.ask(world{earlier: []call{{register, body}}}, "RunTask", wire.Marshal(in))
	if refused != nil && refused.message == "Task definition does not support launch_type "+string(launchType)+"." {
		return nil
	}
	return refused
}

// networkFor is what the network mode of a definition needs.
func networkFor(def *sdk.RegisterTaskDefinitionInput) *types.NetworkConfiguration {
	if def.NetworkMode != types.NetworkModeAwsvpc {
		return nil
	}
	return &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{aSubnet}}}
}
