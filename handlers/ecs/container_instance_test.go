package ecs_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// document is what an EC2 instance gets from its metadata service.
const document = `{"instanceId":"i-0123456789abcdef0","instanceType":"m7g.large","imageId":"ami-0123456789abcdef0",
	"availabilityZone":"eu-west-1b","architecture":"arm64","region":"eu-west-1","accountId":"123456789012"}`

// totals are what the agent of a machine with two cores and 4 GiB registers.
func totals() []types.Resource {
	return []types.Resource{
		{Name: aws.String("CPU"), Type: aws.String("INTEGER"), IntegerValue: 2048},
		{Name: aws.String("MEMORY"), Type: aws.String("INTEGER"), IntegerValue: 3904},
		{Name: aws.String("PORTS"), Type: aws.String("STRINGSET"), StringSetValue: []string{"22", "2375", "2376", "51678", "51679"}},
		{Name: aws.String("PORTS_UDP"), Type: aws.String("STRINGSET"), StringSetValue: []string{}},
	}
}

// registerInstance registers a container instance in the cluster shop, which must be there.
func (s *server) registerInstance(t testing.TB, change func(in *sdk.RegisterContainerInstanceInput)) *types.ContainerInstance {
	t.Helper()
	in := &sdk.RegisterContainerInstanceInput{
		Cluster: aws.String("shop"), TotalResources: totals(), InstanceIdentityDocument: aws.String(document),
		VersionInfo: &types.VersionInfo{AgentVersion: aws.String("1.90.0"), AgentHash: aws.String("abcdef01"), DockerVersion: aws.String("DockerVersion: 25.0.13")},
	}
	if change != nil {
		change(in)
	}
	return must[*sdk.RegisterContainerInstanceOutput](t)(s.RegisterContainerInstance(ctx, in)).ContainerInstance
}

// describeInstance describes one container instance of the cluster shop.
func (s *server) describeInstance(t testing.TB, id *string, include ...types.ContainerInstanceField) types.ContainerInstance {
	t.Helper()
	out := must[*sdk.DescribeContainerInstancesOutput](t)(s.DescribeContainerInstances(ctx, &sdk.DescribeContainerInstancesInput{
		Cluster: aws.String("shop"), ContainerInstances: []string{*id}, Include: include,
	}))
	if len(out.ContainerInstances) != 1 || len(out.Failures) != 0 {
		t.Fatalf("%d container instances, failures %v", len(out.ContainerInstances), out.Failures)
	}
	return out.ContainerInstances[0]
}

// shop makes the cluster.
func (s *server) shop(t testing.TB) {
	t.Helper()
	must[*sdk.CreateClusterOutput](t)(s.CreateCluster(ctx, &sdk.CreateClusterInput{ClusterName: aws.String("shop")}))
}

// placeTask writes a task on a container instance, as placement would.
func (s *server) placeTask(t testing.TB, instance *string, change func(t *state.Task)) *state.Task {
	t.Helper()
	task := &state.Task{
		ARN: testScope.Task("shop", arn.NewID()),
		Spec: &state.TaskSpec{
			ClusterARN: testScope.Cluster("shop"), Family: "web", Revision: 1, Group: "family:web", LaunchType: ourtypes.LaunchTypeEc2,
			NetworkMode: ourtypes.NetworkModeBridge, Architecture: "x86_64", CPU: "256", Memory: "512", CreatedAt: time.Now(),
			Reserved: &state.Reservation{CPU: 256, Memory: 512, Ports: []uint16{8080}},
		},
		Placement: &state.Placement{ContainerInstance: *instance, ByHand: true, Zone: "eu-west-1b"},
		Status: state.TaskStatus{LastStatus: state.Pending, Containers: []state.Container{
			{Name: "web", ID: arn.NewUUID(), Image: "nginx"},
		}},
	}
	if change != nil {
		change(task)
	}
	s.update(t, func(tx *store.Tx) { state.AddTask(tx, task) })
	return task
}

// attributesOf are the attributes by name.
func attributesOf(list []types.Attribute) map[string]string {
	values := map[string]string{}
	for _, a := range list {
		values[*a.Name] = aws.ToString(a.Value)
	}
	return values
}

// integer and ports are the values of a resource.
func integer(list []types.Resource, name string) int32 { return resource(list, name).IntegerValue }

func ports(list []types.Resource, name string) string {
	return strings.Join(resource(list, name).StringSetValue, " ")
}

func resource(list []types.Resource, name string) types.Resource {
	for _, r := range list {
		if *r.Name == name {
			return r
		}
	}
	return types.Resource{}
}

func TestARegisteredInstanceIsThereAtOnce(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	made := s.registerInstance(t, func(in *sdk.RegisterContainerInstanceInput) {
		in.Attributes = []types.Attribute{
			{Name: aws.String("ecs.capability.task-eni")}, {Name: aws.String("rack"), Value: aws.String("r1")},
			{Name: aws.String("a b")}, {Name: aws.String("room"), Value: aws.String(" 2")}, // malformed
		}
		in.PlatformDevices = []types.PlatformDevice{{Id: aws.String("gpu-1"), Type: types.PlatformDeviceTypeGpu}}
		in.Tags = tag("team", "red")
	})
	if *made.Status != "ACTIVE" || !made.AgentConnected || *made.Ec2InstanceId != "i-0123456789abcdef0" ||
		*made.VersionInfo.AgentVersion != "1.90.0" || made.Version != 1 || made.RegisteredAt == nil || len(made.Tags) != 1 {
		t.Errorf("registered: %+v", made)
	}
	want := map[string]string{
		"ecs.ami-id": "ami-0123456789abcdef0", "ecs.availability-zone": "eu-west-1b", "ecs.capability.task-eni": "",
		"ecs.cpu-architecture": "arm64", "ecs.instance-type": "m7g.large", "ecs.os-family": "LINUX", "ecs.os-type": "linux", "rack": "r1",
	}
	if got := attributesOf(made.Attributes); !reflect.DeepEqual(got, want) {
		t.Errorf("attributes: %v", got)
	}
	var names []string
	for _, r := range made.RegisteredResources {
		names = append(names, *r.Name)
	}
	if !slices.Equal(names, []string{"CPU", "MEMORY", "PORTS", "PORTS_UDP", "GPU"}) || !reflect.DeepEqual(made.RegisteredResources, made.RemainingResources) {
		t.Errorf("resources: %v, remaining %v", made.RegisteredResources, made.RemainingResources)
	}

	if shown := s.describeInstance(t, made.ContainerInstanceArn); len(shown.Tags) != 0 || shown.Tags == nil || shown.Attachments == nil || shown.HealthStatus != nil {
		t.Errorf("without include: %+v", shown)
	}
	shown := s.describeInstance(t, made.ContainerInstanceArn, types.ContainerInstanceFieldTags, types.ContainerInstanceFieldContainerInstanceHealth)
	if len(shown.Tags) != 1 || shown.HealthStatus.OverallStatus != types.InstanceHealthCheckStateInsufficientData {
		t.Errorf("with include: %+v", shown)
	}
	clusters := must[*sdk.DescribeClustersOutput](t)(s.DescribeClusters(ctx, &sdk.DescribeClustersInput{Clusters: []string{"shop"}}))
	if n := clusters.Clusters[0].RegisteredContainerInstancesCount; n != 1 {
		t.Errorf("registeredContainerInstancesCount %d", n)
	}
	_, err := s.DeleteCluster(ctx, &sdk.DeleteClusterInput{Cluster: aws.String("shop")})
	refused(t, err, "ClusterContainsContainerInstancesException", "The Cluster cannot be deleted while Container Instances are active or draining.")
}

func TestTasksTakeOfAContainerInstance(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	instance := s.registerInstance(t, func(in *sdk.RegisterContainerInstanceInput) {
		in.PlatformDevices = []types.PlatformDevice{{Id: aws.String("gpu-1"), Type: types.PlatformDeviceTypeGpu}, {Id: aws.String("gpu-2"), Type: types.PlatformDeviceTypeGpu}}
	})
	s.placeTask(t, instance.ContainerInstanceArn, func(task *state.Task) { task.Placement.GPUs = []string{"gpu-1"} })
	shown := s.describeInstance(t, instance.ContainerInstanceArn)
	left := shown.RemainingResources
	if integer(left, "CPU") != 1792 || integer(left, "MEMORY") != 3392 || ports(left, "PORTS") != "22 2375 2376 51678 51679 8080" || ports(left, "GPU") != "gpu-2" {
		t.Errorf("remaining: %v", left)
	}
	if integer(shown.RegisteredResources, "CPU") != 2048 || shown.PendingTasksCount != 1 || shown.RunningTasksCount != 0 || shown.Version != 2 {
		t.Errorf("with a task: %+v", shown)
	}
	listed := must[*sdk.ListTasksOutput](t)(s.ListTasks(ctx, &sdk.ListTasksInput{Cluster: aws.String("shop"), ContainerInstance: instance.ContainerInstanceArn}))
	if len(listed.TaskArns) != 1 {
		t.Errorf("tasks of the instance: %v", listed.TaskArns)
	}
}

func TestAnAgentThatStartsAnewKeepsItsContainerInstance(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	must[*sdk.CreateClusterOutput](t)(s.CreateCluster(ctx, &sdk.CreateClusterInput{ClusterName: aws.String("other")}))
	first := s.registerInstance(t, func(in *sdk.RegisterContainerInstanceInput) {
		in.Tags = tag("team", "red")
		in.Attributes = []types.Attribute{{Name: aws.String("rack"), Value: aws.String("r1")}}
	})
	again := s.registerInstance(t, func(in *sdk.RegisterContainerInstanceInput) {
		in.ContainerInstanceArn = first.ContainerInstanceArn
		in.VersionInfo = &types.VersionInfo{AgentVersion: aws.String("1.91.0")}
	})
	if *again.ContainerInstanceArn != *first.ContainerInstanceArn || *again.VersionInfo.AgentVersion != "1.91.0" || again.Version != 2 ||
		len(again.Tags) != 1 || attributesOf(again.Attributes)["rack"] != "r1" {
		t.Errorf("registered again: %+v", again)
	}

	id := arn.Name(*first.ContainerInstanceArn)
	registering := func(change func(in *sdk.RegisterContainerInstanceInput)) error {
		in := &sdk.RegisterContainerInstanceInput{
			Cluster: aws.String("shop"), ContainerInstanceArn: first.ContainerInstanceArn,
			TotalResources: totals(), InstanceIdentityDocument: aws.String(document),
		}
		change(in)
		_, err := s.RegisterContainerInstance(ctx, in)
		return err
	}
	refused(t, registering(func(in *sdk.RegisterContainerInstanceInput) { in.Cluster = aws.String("other") }),
		"InvalidParameterException", "Invalid identifier: Identifier is for cluster shop. Your cluster is other")
	refused(t, registering(func(in *sdk.RegisterContainerInstanceInput) {
		in.InstanceIdentityDocument = aws.String(strings.ReplaceAll(document, "m7g.large", "m7g.xlarge"))
	}), "ClientException", "Container instance type changes are not supported. Container instance "+id+" was previously registered as m7g.large.")
	refused(t, registering(func(in *sdk.RegisterContainerInstanceInput) { in.TotalResources[0].IntegerValue = 4096 }),
		"ClientException", "Container instance type changes are not supported. Container instance "+id+" was previously registered as m7g.large.")
	must[*sdk.DeregisterContainerInstanceOutput](t)(s.DeregisterContainerInstance(ctx, &sdk.DeregisterContainerInstanceInput{
		Cluster: aws.String("shop"), ContainerInstance: first.ContainerInstanceArn,
	}))
	refused(t, registering(func(*sdk.RegisterContainerInstanceInput) {}), "ClientException", "Container instance "+id+" is inactive.")
}

func TestAnAgentThatStartsAnewWithoutADocumentIsWhoItWas(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	first := s.registerInstance(t, func(in *sdk.RegisterContainerInstanceInput) {
		in.InstanceIdentityDocument = aws.String(`{"instanceId":"mi-0123456789abcdef0"}`)
	})
	again := s.registerInstance(t, func(in *sdk.RegisterContainerInstanceInput) {
		in.InstanceIdentityDocument, in.ContainerInstanceArn = nil, first.ContainerInstanceArn
	})
	row := state.FindContainerInstance(s.store.Read(), *again.ContainerInstanceArn)
	if row.EC2InstanceID != "mi-0123456789abcdef0" || row.LaunchType != ourtypes.LaunchTypeExternal || row.Registered.ENIs != 0 {
		t.Errorf("registered again: %+v", row)
	}
}

func TestWhoseTasksAnInstanceTakes(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	for name, c := range map[string]struct {
		document   string
		attributes []types.Attribute
		want       ourtypes.LaunchType
	}{
		"of EC2":             {document: document, want: ourtypes.LaunchTypeEc2},
		"without a document": {document: "", want: ourtypes.LaunchTypeEc2},
		"managed node":       {document: `{"instanceId":"mi-0123456789abcdef0"}`, want: ourtypes.LaunchTypeExternal},
		"says so by itself":  {attributes: []types.Attribute{{Name: aws.String("ecs.capability.external")}}, want: ourtypes.LaunchTypeExternal},
	} {
		made := s.registerInstance(t, func(in *sdk.RegisterContainerInstanceInput) {
			in.InstanceIdentityDocument, in.Attributes = &c.document, c.attributes
		})
		if got := state.FindContainerInstance(s.store.Read(), *made.ContainerInstanceArn).LaunchType; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestRegistrationsThatAreRefused(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	s.update(t, func(tx *store.Tx) {
		state.PutContainerInstance(tx, &state.ContainerInstance{
			ARN: testScope.ContainerInstance("shop", "0123456789abcdef0123456789abcdef"), EC2InstanceID: "i-0a", Status: state.InstanceActive,
		}, time.Now())
	})
	gpu := func(kind string) []types.Resource {
		return []types.Resource{{Name: aws.String("GPU"), Type: aws.String(kind), StringSetValue: []string{"a"}}}
	}
	for name, c := range map[string]struct {
		in            sdk.RegisterContainerInstanceInput
		code, message string
	}{
		"no such cluster": {sdk.RegisterContainerInstanceInput{Cluster: aws.String("none")}, "ClientException", "Cluster not found."},
		"negative":        {sdk.RegisterContainerInstanceInput{TotalResources: []types.Resource{{Name: aws.String("CPU"), Type: aws.String("INTEGER"), IntegerValue: -1}}}, "InvalidParameterException", "Resource CPU can not be negative."},
		"no type":         {sdk.RegisterContainerInstanceInput{TotalResources: []types.Resource{{Name: aws.String("CPU")}}}, "InvalidParameterException", "Resource CPU should be of type INTEGER."},
		"no name":         {sdk.RegisterContainerInstanceInput{TotalResources: []types.Resource{{}}}, "InvalidParameterException", "Resource name can not be empty."},
		"wrong type":      {sdk.RegisterContainerInstanceInput{TotalResources: gpu("INTEGER")}, "InvalidParameterException", "Resource GPU should be of type STRINGSET."},
		"no port":         {sdk.RegisterContainerInstanceInput{TotalResources: []types.Resource{{Name: aws.String("PORTS"), Type: aws.String("STRINGSET"), StringSetValue: []string{"http"}}}}, "InvalidParameterException", "Resource PORTS has an invalid port: http."},
		"too many ports":  {sdk.RegisterContainerInstanceInput{TotalResources: []types.Resource{{Name: aws.String("PORTS"), Type: aws.String("STRINGSET"), StringSetValue: make([]string, 101)}}}, "InvalidParameterException", "Resource PORTS can have at most 100 ports."},
		"unknown":         {sdk.RegisterContainerInstanceInput{TotalResources: []types.Resource{{Name: aws.String("NEURON_CORES")}}}, "InvalidParameterException", "ecs-emulator does not support the resource NEURON_CORES yet; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/ecs.md."},
		"no such one":     {sdk.RegisterContainerInstanceInput{Cluster: aws.String("shop"), ContainerInstanceArn: aws.String(testScope.ContainerInstance("shop", strings.Repeat("0", 32)))}, "InvalidParameterException", "Referenced container instance " + strings.Repeat("0", 32) + " not found."},
		"not by hand":     {sdk.RegisterContainerInstanceInput{Cluster: aws.String("shop"), InstanceIdentityDocument: aws.String(`{"instanceId":"i-0a"}`)}, "InvalidParameterException", "ecs-emulator runs the agent of i-0a itself: it is container instance 0123456789abcdef0123456789abcdef."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.RegisterContainerInstance(ctx, &c.in)
			refused(t, err, c.code, c.message)
		})
	}
}

func TestListContainerInstances(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	var all []string
	for range 3 {
		all = append(all, *s.registerInstance(t, nil).ContainerInstanceArn)
	}
	slices.Sort(all)
	must[*sdk.DeregisterContainerInstanceOutput](t)(s.DeregisterContainerInstance(ctx, &sdk.DeregisterContainerInstanceInput{
		Cluster: aws.String("shop"), ContainerInstance: aws.String(arn.Name(all[1])),
	}))
	var got []string
	pages := sdk.NewListContainerInstancesPaginator(s.Client, &sdk.ListContainerInstancesInput{Cluster: aws.String("shop"), MaxResults: aws.Int32(1)})
	for pages.HasMorePages() {
		got = append(got, must[*sdk.ListContainerInstancesOutput](t)(pages.NextPage(ctx)).ContainerInstanceArns...)
	}
	if !slices.Equal(got, []string{all[0], all[2]}) {
		t.Errorf("got %v of %v", got, all)
	}
	draining := must[*sdk.ListContainerInstancesOutput](t)(s.ListContainerInstances(ctx, &sdk.ListContainerInstancesInput{
		Cluster: aws.String("shop"), Status: types.ContainerInstanceStatusDraining,
	}))
	if len(draining.ContainerInstanceArns) != 0 {
		t.Errorf("DRAINING: %v", draining.ContainerInstanceArns)
	}
}

func TestDeregisterContainerInstance(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	instance := s.registerInstance(t, nil)
	task := s.placeTask(t, instance.ContainerInstanceArn, nil)
	deregister := func(id string, force bool) (*sdk.DeregisterContainerInstanceOutput, error) {
		return s.DeregisterContainerInstance(ctx, &sdk.DeregisterContainerInstanceInput{
			Cluster: aws.String("shop"), ContainerInstance: &id, Force: &force,
		})
	}
	_, err := deregister(*instance.ContainerInstanceArn, false)
	refused(t, err, "InvalidParameterException", "Found running tasks on the instance.")
	_, err = deregister(strings.Repeat("0", 32), true)
	refused(t, err, "InvalidParameterException", "Referenced container instance "+strings.Repeat("0", 32)+" not found.")
	_, err = deregister("short", true)
	refused(t, err, "InvalidParameterException", "instanceId length should be one of [32,36]")

	gone := must[*sdk.DeregisterContainerInstanceOutput](t)(deregister(*instance.ContainerInstanceArn, true)).ContainerInstance
	if *gone.Status != "INACTIVE" || gone.AgentConnected || gone.PendingTasksCount != 0 || integer(gone.RemainingResources, "CPU") != 2048 {
		t.Errorf("deregistered: %+v", gone)
	}
	ended := state.FindTask(s.store.Read(), task.ARN)
	if !ended.Ended() || ended.Stop.Reason != "Container instance deregistration forced by user" || ended.Version != 3 {
		t.Errorf("its task: %+v, %+v", ended.Status, ended.Stop)
	}
	if shown := s.describeInstance(t, instance.ContainerInstanceArn); *shown.Status != "INACTIVE" {
		t.Errorf("described afterwards: %s", *shown.Status)
	}
	_, err = deregister(*instance.ContainerInstanceArn, true)
	refused(t, err, "ClientException", "Container instance "+arn.Name(*instance.ContainerInstanceArn)+" is inactive.")
	must[*sdk.DeleteClusterOutput](t)(s.DeleteCluster(ctx, &sdk.DeleteClusterInput{Cluster: aws.String("shop")}))
}

func TestDescribeContainerInstancesThatAreNotThere(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	out := must[*sdk.DescribeContainerInstancesOutput](t)(s.DescribeContainerInstances(ctx, &sdk.DescribeContainerInstancesInput{
		Cluster: aws.String("shop"), ContainerInstances: []string{strings.Repeat("0", 32)},
	}))
	if len(out.Failures) != 1 || *out.Failures[0].Arn != testScope.ContainerInstance("shop", strings.Repeat("0", 32)) || *out.Failures[0].Reason != "MISSING" {
		t.Errorf("failures: %v", out.Failures)
	}
	_, err := s.DescribeContainerInstances(ctx, &sdk.DescribeContainerInstancesInput{
		Cluster: aws.String("shop"), ContainerInstances: slices.Repeat([]string{strings.Repeat("0", 32)}, 101),
	})
	refused(t, err, "InvalidParameterException", "instanceIds can have at most 100 items.")
	_, answer := s.send(t, "DescribeContainerInstances", `{"cluster":"shop","containerInstances":[]}`)
	if answer != `{"__type":"InvalidParameterException","message":"Container instance cannot be empty."}` {
		t.Error(answer)
	}
}

func TestTagsOfContainerInstances(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	instance := s.registerInstance(t, func(in *sdk.RegisterContainerInstanceInput) { in.Tags = tag("team", "red") }).ContainerInstanceArn
	must[*sdk.TagResourceOutput](t)(s.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: instance, Tags: tag("team", "blue", "size", "s")}))
	must[*sdk.UntagResourceOutput](t)(s.UntagResource(ctx, &sdk.UntagResourceInput{ResourceArn: instance, TagKeys: []string{"size"}}))
	got := must[*sdk.ListTagsForResourceOutput](t)(s.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: instance})).Tags
	if len(got) != 1 || *got[0].Value != "blue" {
		t.Errorf("tags: %v", got)
	}
}
