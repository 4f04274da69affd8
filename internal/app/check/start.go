package check

import (
	"cmp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// starts reports whether an operation starts tasks of a task definition.
func starts(operation string) bool {
	return operation == "CreateService" || operation == updateService || operation == createTaskSet || operation == "RunTask" || operation == "StartTask"
}

// started is what requests say that start tasks.
type started struct {
	LaunchType               types.LaunchType
	CapacityProviderStrategy []types.CapacityProviderStrategyItem
	PlatformVersion          string
	NetworkConfiguration     *types.NetworkConfiguration
	VolumeConfigurations     []types.TaskVolumeConfiguration
	Overrides                *types.TaskOverride

	service service.Request // of requests about services
	ports   []service.Port  // that it names
}

func (r *request) started(without leftOut) started {
	var s started
	if err := wire.Unmarshal(r.input.appendJSON(nil, without), &s); err != nil {
		return started{} // the API tells
	}
	if r.operation == "CreateService" || r.operation == updateService || r.operation == createTaskSet {
		if err := wire.Unmarshal(r.input.appendJSON(nil, without), &s.service); err != nil {
			s.service = service.Request{} // the API tells
		}
	}
	s.ports = s.service.Names().Ports
	return s
}

// referToCluster finds the cluster of a request in the files, by its name.
func (r *request) referToCluster(c *checker) {
	if cluster := r.input.member("cluster"); cluster != nil && cluster.kind == text && arn.Is(cluster.text) {
		cluster.text = arn.Name(cluster.text)
	}
	r.cluster = c.clusters[cmp.Or(r.input.string("cluster"), "default")]
}

// refer finds the task definition of a request in the files, and makes what leads to others lead to
// something that is there.
func (r *request) refer(c *checker) {
	if !starts(r.operation) {
		return
	}
	if service := r.input.member("service"); (r.operation == updateService || r.operation == createTaskSet) && service != nil && service.kind == text {
		service.text = inScope(service.text)
	}
	for _, each := range r.input.list("containerInstances") {
		each.text = arn.Name(each.text)
	}
	r.uses = r.used(c)
	r.suitLaunchType()
	if r.uses == nil {
		return
	}
	if launchType := r.launchType(c); launchType != "" {
		r.uses.launchTypes = append(r.uses.launchTypes, launchType)
	}
}

// launchType is the launch type of the tasks of a request, empty if the files do not tell it.
func (r *request) launchType(c *checker) types.LaunchType {
	s := r.started(nil)
	switch updated := c.serviceOf(r); {
	case r.operation == updateService && len(s.CapacityProviderStrategy) > 0:
		return launchTypeOf(s.CapacityProviderStrategy)
	case updated != nil:
		return updated.launchType(c)
	case r.operation == updateService:
		return ""
	case s.LaunchType != "":
		return s.LaunchType
	case len(s.CapacityProviderStrategy) > 0:
		return launchTypeOf(s.CapacityProviderStrategy)
	case len(r.clusterStrategy()) > 0:
		return launchTypeOf(r.clusterStrategy())
	case r.cluster != nil && !r.unknownStrategy() || r.operation == "StartTask":
		return c.defaultLaunchType()
	}
	return ""
}

// used is the definition in the files that a request names, nil if they do not have it.
func (r *request) used(c *checker) *definition {
	named := r.input.member("taskDefinition")
	if named == nil || named.kind != text || named.text == "" {
		return nil
	}
	ref, err := taskdef.ParseRef(named.text)
	if err != nil {
		return nil
	}
	d := c.definitions[ref.Family]
	if named.text = aFamily; d != nil {
		named.text = ref.Family
	}
	return d
}

// clusterName is the name of the request, if a cluster can have it.
func (r *request) clusterName(without leftOut) string {
	if name := r.input.string("cluster"); len(name) <= 255 && !without[r.input.member("cluster")] {
		return name
	}
	return ""
}

// clusterStrategy is the default strategy of the cluster, if a file makes it. Of a mix, which is told of
// the cluster, it is what is of Fargate.
func (r *request) clusterStrategy() []types.CapacityProviderStrategyItem {
	var in struct {
		DefaultCapacityProviderStrategy []types.CapacityProviderStrategyItem
	}
	if r.cluster == nil || r.unknownStrategy() || wire.Unmarshal(r.cluster.appendJSON(nil, nil), &in) != nil {
		return nil
	}
	if fargate := ofFargate(in.DefaultCapacityProviderStrategy); len(fargate) > 0 {
		return fargate
	}
	return in.DefaultCapacityProviderStrategy
}

// withoutSizes leaves out overrides that only a task definition tells the limits of.
func (r *request) withoutSizes(without leftOut) leftOut {
	overrides := r.input.member("overrides")
	if overrides == nil {
		return without
	}
	for _, n := range append([]*node{overrides}, overrides.list("containerOverrides")...) {
		for _, size := range []string{"cpu", "memory", "memoryReservation"} {
			if m := n.member(size); m != nil {
				without = without.with(m)
			}
		}
	}
	return without
}

// start asks the API to start tasks, of the definition that the files have, or of one that suits the
// request. A cluster that no file makes may have a default strategy.
func (c *checker) start(r *request, without leftOut) *refusal {
	s := r.started(without)
	var told *refusal
	for _, strategy := range r.clusterStrategies(s) {
		w := r.worldWithDefinition(s, strategy, without)
		if r.operation == createTaskSet {
			w = c.withServiceOf(r, w)
		}
		refused := c.options.ask(w, r.operation, r.input.appendJSON(nil, without))
		if refused == nil || r.operation == createTaskSet && refused.earlier { // which is told of the service
			return nil
		}
		if refused.message == "Task definition does not support launch_type FARGATE." && r.uses.lacksSize() {
			return nil // that its size is wrong is told already
		}
		told = cmp.Or(told, refused)
	}
	return told
}

// unknownStrategy reports whether the cluster has a default strategy of a provider that no file tells.
func (r *request) unknownStrategy() bool {
	return slices.ContainsFunc(r.cluster.list("defaultCapacityProviderStrategy"), func(item *node) bool {
		provider := item.member("capacityProvider")
		return provider != nil && provider.open
	})
}

// clusterStrategies are those that the cluster may have where one counts.
func (r *request) clusterStrategies(s started) [][]types.CapacityProviderStrategyItem {
	all := [][]types.CapacityProviderStrategyItem{r.clusterStrategy()}
	if (r.cluster == nil || r.unknownStrategy()) && r.operation != "StartTask" && s.LaunchType == "" && len(s.CapacityProviderStrategy) == 0 {
		all = append(all, []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE"), Weight: 1}})
	}
	return all
}

// worldWithDefinition has what a request refers to that starts tasks, in a cluster with a default
// strategy.
func (r *request) worldWithDefinition(s started, strategy []types.CapacityProviderStrategyItem, without leftOut) world {
	w := world{
		cluster: r.clusterName(without), strategy: strategy, targetType: elb.TargetTypeEnumInstance, targetTypes: r.targetTypes,
		providers: providersIn(s.CapacityProviderStrategy, strategy), associated: true,
	}
	w.resources = allOf(s.service.Names().Resources, nil)
	fargate := cmp.Or(s.LaunchType, launchTypeOf(s.CapacityProviderStrategy), launchTypeOf(strategy)) == types.LaunchTypeFargate
	mode := ""
	if r.uses != nil && r.uses.usable {
		w.earlier = []call{{register, r.uses.request.input.appendJSON(nil, r.uses.without)}}
		mode = r.uses.request.input.string("networkMode")
	} else {
		in := s.suiting(fargate)
		mode, w.earlier = string(in.NetworkMode), []call{{register, wire.Marshal(in)}}
	}
	if fargate || mode == string(types.NetworkModeAwsvpc) {
		w.targetType = elb.TargetTypeEnumIp
	}
	return w
}

// lacksSize reports whether what decides on the launch types of a definition had to be left out.
func (d *definition) lacksSize() bool {
	return d != nil && slices.ContainsFunc([]string{"cpu", "memory", "networkMode", "requiresCompatibilities"}, func(member string) bool {
		n := d.request.input.member(member)
		return n != nil && (d.without[n] || slices.ContainsFunc(n.items, func(item *node) bool { return d.without[item] }))
	})
}

// suiting is a task definition of which a request can start tasks, if there is one.
func (s started) suiting(fargate bool) *sdk.RegisterTaskDefinitionInput {
	in := &sdk.RegisterTaskDefinitionInput{
		Family: aws.String(aFamily), NetworkMode: types.NetworkModeBridge, Cpu: aws.String("4096"), Memory: aws.String("30720"),
		ExecutionRoleArn: aws.String(aRole), TaskRoleArn: aws.String(aRole),
	}
	if fargate || s.NetworkConfiguration != nil {
		in.NetworkMode = types.NetworkModeAwsvpc
	}
	for _, v := range s.VolumeConfigurations {
		in.Volumes = append(in.Volumes, types.Volume{Name: v.Name, ConfiguredAtLaunch: aws.Bool(true)})
	}
	container := func(name string) *types.ContainerDefinition {
		is := func(c types.ContainerDefinition) bool { return *c.Name == name }
		i := slices.IndexFunc(in.ContainerDefinitions, is)
		if i < 0 {
			i = len(in.ContainerDefinitions)
			in.ContainerDefinitions = append(in.ContainerDefinitions, types.ContainerDefinition{
				Name: aws.String(name), Image: aws.String("check"), HealthCheck: &types.HealthCheck{Command: []string{"CMD", "true"}},
			})
		}
		return &in.ContainerDefinitions[i]
	}
	withPort := func(name string, port *int32) {
		c := container(name)
		has := func(p types.PortMapping) bool { return *p.ContainerPort == *port }
		if port != nil && !slices.ContainsFunc(c.PortMappings, has) {
			c.PortMappings = append(c.PortMappings, types.PortMapping{ContainerPort: port})
		}
	}
	for _, p := range s.ports {
		if p.Name == nil {
			withPort(p.Container, p.Number)
		}
	}
	if s.Overrides != nil {
		for _, o := range s.Overrides.ContainerOverrides {
			if aws.ToString(o.Name) != "" {
				container(*o.Name)
			}
		}
	}
	if len(in.ContainerDefinitions) == 0 {
		container("app")
	}
	if c := &in.ContainerDefinitions[0]; len(c.PortMappings) == 0 { // which a load balancer needs
		c.PortMappings = []types.PortMapping{{ContainerPort: aws.Int32(80)}}
	}
	namePorts(in, s.ports)
	for _, v := range in.Volumes { // or no task can have it
		c := &in.ContainerDefinitions[0]
		c.MountPoints = append(c.MountPoints, types.MountPoint{SourceVolume: v.Name, ContainerPath: aws.String("/check")})
	}
	return in
}
