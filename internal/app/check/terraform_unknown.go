package check

import (
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// standIns are in the place of what is unknown until the plan is applied, where the API wants
// something. Others are left out.
var standIns = map[string]string{
	"access_point_id": "fsap-00000000000000000", "alternate_target_group_arn": anotherTargetGroup, "auto_scaling_group_arn": "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:unknown:autoScalingGroupName/unknown",
	"capacity_provider": "FARGATE", "cluster": "unknown", "cluster_name": "unknown", "container_name": "unknown", "container_port": "80", "enable": "true", "execution_role_arn": aRole,
	"family": "unknown", "file_system_id": "fs-00000000", "launch_type": "FARGATE", "name": "unknown", "network_mode": "bridge", "production_listener_rule": aRule, "registry_arn": "arn:aws:servicediscovery:us-east-1:000000000000:service/srv-unknown", "role_arn": aRole, "service": "unknown", "rollback": "true", "size_in_gib": "21",
	"subnets": aSubnet, "target_group_arn": "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/unknown/0000000000000000",
	"task_definition": aFamily, "task_role_arn": aRole, "value": "enabled",
}

// isTrue reports whether a value is true, as that of an attribute which is unknown as a whole.
func isTrue(n *node) bool { return n != nil && n.kind == literal && n.text == "true" }

// partUnknown reports whether a member of a structure is unknown as a whole.
func (n *node) partUnknown() bool {
	return n != nil && slices.ContainsFunc(n.members, func(m nodeMember) bool { return isTrue(m.value) })
}

// itemUnknown reports whether an item of a list is unknown as a whole.
func (n *node) itemUnknown() bool { return n != nil && slices.ContainsFunc(n.items, isTrue) }

// standIn is what stands in for an attribute that is unknown as a whole.
func standIn(name string, unknown *node, t reflect.Type) *node {
	if !isTrue(unknown) && !unknown.itemUnknown() {
		return nil
	}
	switch name {
	case "network_configuration":
		n := &node{}
		n.put("subnets", 0, &node{kind: list, items: []*node{{kind: text, text: aSubnet}}})
		return n
	case "capacity_providers", "volume":
		return &node{kind: list}
	}
	value := &node{kind: text, text: standIns[name]}
	switch {
	case value.text == "" || t.Kind() == reflect.Struct || t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		return nil
	case t.Kind() == reflect.Slice:
		return &node{kind: list, items: []*node{value}}
	}
	return scalar(name, value, t)
}

// computed are attributes for which the provider takes what the API answers where the configuration
// does not have them: plans have them as unknown then.
var computed = []string{"launch_type", "network_mode"}

// settle has what the provider computes count as unknown only where the configuration has an
// expression for it that is.
func (r *resource) settle(s *site, expressions *node) {
	if r.unknown == nil {
		return
	}
	r.unknown = &node{members: filter(r.unknown.members, func(m nodeMember) bool {
		return !slices.Contains(computed, m.name) || open(s, expressions.member(m.name))
	})}
}

// open reports whether a place stands in for what is unknown.
func (p *place) open() bool {
	return p.node.open || slices.ContainsFunc(around(p), func(n *node) bool { return n.open })
}

// suit has what is unknown until a plan is applied suit what the plan knows.
func (c *checker) suit() {
	for _, r := range c.requests {
		if r.defines != nil {
			c.suitDefinition(r)
			r.suitVolumes()
			c.suitMode(r)
		}
	}
	for _, r := range c.requests {
		if network := r.input.member("networkConfiguration").member("awsvpcConfiguration"); r.uses != nil && network != nil && network.open && !r.uses.isAwsvpc() {
			r.input.remove("networkConfiguration")
		}
		if r.uses != nil {
			r.suitContainers()
		}
	}
}

func (d *definition) isAwsvpc() bool {
	return d.request.input.string("networkMode") == string(types.NetworkModeAwsvpc)
}

// requires reports whether a definition requires a launch type.
func (d *definition) requires(launchType types.LaunchType) bool {
	is := func(n *node) bool { return n.text == string(launchType) }
	return slices.ContainsFunc(d.request.input.list("requiresCompatibilities"), is)
}

// suitLaunchType has an unknown launch type, or capacity provider, be one on which the task definition
// can run.
func (r *request) suitLaunchType() {
	fargate := r.uses != nil && r.uses.requires(types.LaunchTypeFargate) && !r.uses.requires(types.LaunchTypeEc2) || r.input.member("platformVersion") != nil
	if launchType := r.input.member("launchType"); launchType != nil && launchType.open && !fargate {
		r.input.remove("launchType")
	}
	var open, ofGroup bool
	for _, item := range r.input.list("capacityProviderStrategy") {
		if provider := item.member("capacityProvider"); provider != nil {
			open, ofGroup = open || provider.open, ofGroup || !provider.open && !state.OfFargate(arn.Name(provider.text))
		}
	}
	if open && (!fargate || ofGroup) {
		r.input.remove("capacityProviderStrategy")
	}
}

// suitMode has an unknown network mode be the one that its services need, or else the first with
// which the definition can be registered.
func (c *checker) suitMode(r *request) {
	mode := r.input.member("networkMode")
	if mode == nil || !mode.open {
		return
	}
	networked := func(user *request) bool {
		network := user.input.member("networkConfiguration")
		return user.uses == r.defines && (user.input.string("launchType") == string(types.LaunchTypeFargate) || network != nil && !network.member("awsvpcConfiguration").open)
	}
	if r.defines.requires(types.LaunchTypeFargate) || slices.ContainsFunc(c.requests, networked) {
		mode.text = string(types.NetworkModeAwsvpc)
		return
	}
	for _, each := range []types.NetworkMode{types.NetworkModeBridge, types.NetworkModeHost, types.NetworkModeAwsvpc} {
		if mode.text = string(each); c.options.ask(world{}, register, r.input.appendJSON(nil, nil)) == nil {
			return
		}
	}
}

// suitDefinition has unknown containers be those that its services and tasks name, or a single one.
func (c *checker) suitDefinition(r *request) {
	containers := r.input.member("containerDefinitions")
	if containers == nil || !containers.open {
		return
	}
	var all started
	for _, user := range c.requests {
		if user.uses == r.defines {
			s := user.started(nil)
			all.ports = append(all.ports, slices.DeleteFunc(s.ports, func(p service.Port) bool { return p.Name != nil })...)
			if all.Overrides == nil {
				all.Overrides = new(types.TaskOverride)
			}
			if s.Overrides != nil {
				all.Overrides.ContainerOverrides = append(all.Overrides.ContainerOverrides, s.Overrides.ContainerOverrides...)
			}
		}
	}
	for _, v := range r.input.list("volumes") {
		if isTrue(v.member("configuredAtLaunch")) {
			all.VolumeConfigurations = append(all.VolumeConfigurations, types.TaskVolumeConfiguration{Name: aws.String(v.string("name"))})
		}
	}
	n, _, err := readJSON(wire.Marshal(all.suiting(false)))
	if err != nil {
		panic("read what was written: " + err.Error())
	}
	containers.items = n.list("containerDefinitions")
	for _, container := range containers.items {
		container.put("memory", 0, &node{kind: literal, text: "6"}) // the least that a container can have
	}
}

// suitVolumes has unknown volumes be those that containers mount.
func (r *request) suitVolumes() {
	volumes := r.input.member("volumes")
	if volumes == nil {
		return
	}
	free := slices.DeleteFunc(r.mounted(), func(name string) bool {
		return slices.ContainsFunc(volumes.items, func(v *node) bool { return v.string("name") == name })
	})
	for _, v := range volumes.items {
		if name := v.member("name"); name != nil && name.open && len(free) > 0 {
			name.text, free = free[0], free[1:]
		}
	}
	for _, name := range free {
		if volumes.open {
			v := &node{}
			v.put("name", 0, &node{kind: text, text: name})
			volumes.items = append(volumes.items, v)
		}
	}
}

// mounted are the names of the volumes that containers mount.
func (r *request) mounted() (names []string) {
	for _, container := range r.input.list("containerDefinitions") {
		for _, mount := range container.list("mountPoints") {
			if name := mount.string("sourceVolume"); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// suitContainers has unknown names and ports of load balancers and registries be those of a container, and unknown
// names of volumes that of the volume which is configured at launch.
func (r *request) suitContainers() {
	definition := r.uses.request.input
	for _, balancer := range slices.Concat(r.input.list("loadBalancers"), r.input.list("serviceRegistries")) {
		name, port := balancer.member("containerName"), balancer.member("containerPort")
		for _, container := range definition.list("containerDefinitions") {
			if name == nil || !name.open && name.text != container.string("name") {
				continue
			}
			for _, mapping := range container.list("portMappings") {
				mapped := mapping.member("containerPort")
				if mapped == nil || port == nil || !port.open && port.text != mapped.text {
					continue
				}
				name.text, port.text = container.string("name"), mapped.text
				name, port = &node{text: name.text}, &node{text: port.text}
			}
		}
	}
	for _, configuration := range r.input.list("volumeConfigurations") {
		for _, v := range definition.list("volumes") {
			if name := configuration.member("name"); name != nil && name.open && isTrue(v.member("configuredAtLaunch")) {
				name.text = v.string("name")
			}
		}
	}
}
