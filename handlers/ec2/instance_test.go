package ec2_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// settle has all instances reach what is wanted of them, as the capacity controller does.
func (s *server) settle(t *testing.T) {
	t.Helper()
	if err := s.store.Update(func(tx *store.Tx) error {
		for _, i := range ec2.Instances(tx, scope) {
			changed := *i
			changed.Reached, changed.PrivateIP = i.Wanted, "172.31.0.4"
			ec2.PutInstance(tx, &changed)
			changed.SettlePublicIP(tx)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

var image = ec2.Images(scope.Region)[0].ID

func run(count int32) *sdk.RunInstancesInput {
	return &sdk.RunInstancesInput{ImageId: &image, InstanceType: "t3.micro", MinCount: aws.Int32(1), MaxCount: &count}
}

func (s *server) run(t *testing.T, in *sdk.RunInstancesInput) *sdk.RunInstancesOutput {
	t.Helper()
	return must[*sdk.RunInstancesOutput](t)(s.RunInstances(ctx, in))
}

// one answers the only instance that there is.
func (s *server) one(t *testing.T, id string) types.Instance {
	t.Helper()
	out := must[*sdk.DescribeInstancesOutput](t)(s.DescribeInstances(ctx, &sdk.DescribeInstancesInput{InstanceIds: []string{id}}))
	return out.Reservations[0].Instances[0]
}

func TestTheLifeOfAnInstance(t *testing.T) {
	s := newServer(t)
	s.putProfile(t, "ecsInstanceRole", "ecsInstanceRole")
	in := run(1)
	in.UserData = aws.String(base64.StdEncoding.EncodeToString([]byte("echo ECS_CLUSTER=shop")))
	in.SubnetId = aws.String("subnet-0ec5e3a1a70000002")
	in.IamInstanceProfile = &types.IamInstanceProfileSpecification{Name: aws.String("ecsInstanceRole")}
	in.TagSpecifications = []types.TagSpecification{{ResourceType: "instance", Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("web")}}}}
	launched := s.run(t, in).Instances[0]
	id := *launched.InstanceId
	if launched.State.Name != "pending" || *launched.Placement.AvailabilityZone != "eu-west-1b" || *launched.Tags[0].Value != "web" ||
		*launched.StateReason.Code != "pending" || launched.Architecture != "x86_64" ||
		*launched.IamInstanceProfile.Arn != "arn:aws:iam::123456789012:instance-profile/app/ecsInstanceRole" {
		t.Errorf("launched: %+v", launched)
	}
	if row := ec2.FindInstance(s.store.Read(), scope, id); row.Agent.Cluster != "shop" {
		t.Errorf("its agent: %+v", row.Agent)
	}
	s.settle(t)
	i := s.one(t, id)
	if *i.State.Code != 16 || *i.PrivateIpAddress != "172.31.0.4" || *i.PrivateDnsName != "ip-172-31-0-4.eu-west-1.compute.internal" ||
		*i.NetworkInterfaces[0].Groups[0].GroupId != ec2network.DefaultSecurityGroup || i.StateReason != nil {
		t.Errorf("running: %+v", i)
	}
	status := must[*sdk.DescribeInstanceStatusOutput](t)(s.DescribeInstanceStatus(ctx, &sdk.DescribeInstanceStatusInput{InstanceIds: []string{id}})).InstanceStatuses
	if len(status) != 1 || status[0].InstanceStatus.Status != "ok" {
		t.Errorf("status: %+v", status)
	}

	ids := []string{id}
	stopping := must[*sdk.StopInstancesOutput](t)(s.StopInstances(ctx, &sdk.StopInstancesInput{InstanceIds: ids})).StoppingInstances[0]
	if stopping.PreviousState.Name != "running" || stopping.CurrentState.Name != "stopping" || *stopping.CurrentState.Code != 64 {
		t.Errorf("stopping: %+v", stopping)
	}
	_, err := s.StartInstances(ctx, &sdk.StartInstancesInput{InstanceIds: ids})
	refused(t, err, "IncorrectInstanceState", "The instance '"+id+"' is not in a state from which it can be started.")
	s.settle(t)
	if i := s.one(t, id); i.State.Name != "stopped" || !strings.HasPrefix(*i.StateTransitionReason, "User initiated (20") || *i.StateReason.Code != "Client.UserInitiatedShutdown" {
		t.Errorf("stopped: %+v", i)
	}
	if none := must[*sdk.DescribeInstanceStatusOutput](t)(s.DescribeInstanceStatus(ctx, &sdk.DescribeInstanceStatusInput{})); len(none.InstanceStatuses) != 0 {
		t.Errorf("status of what does not run: %+v", none.InstanceStatuses)
	}
	started := must[*sdk.StartInstancesOutput](t)(s.StartInstances(ctx, &sdk.StartInstancesInput{InstanceIds: ids})).StartingInstances[0]
	if started.CurrentState.Name != "pending" {
		t.Errorf("starting: %+v", started)
	}
	s.settle(t)
	gone := must[*sdk.TerminateInstancesOutput](t)(s.TerminateInstances(ctx, &sdk.TerminateInstancesInput{InstanceIds: ids})).TerminatingInstances[0]
	if gone.CurrentState.Name != "shutting-down" {
		t.Errorf("terminating: %+v", gone)
	}
	s.settle(t)
	if i := s.one(t, id); i.State.Name != "terminated" || i.PrivateIpAddress != nil || i.VpcId != nil || len(i.NetworkInterfaces) != 0 {
		t.Errorf("terminated: %+v", i)
	}
	if _, err := s.TerminateInstances(ctx, &sdk.TerminateInstancesInput{InstanceIds: ids}); err != nil {
		t.Error(err)
	}
	_, err = s.StopInstances(ctx, &sdk.StopInstancesInput{InstanceIds: ids})
	refused(t, err, "IncorrectInstanceState", "This instance '"+id+"' is not in a state from which it can be stopped.")
}

// The answer waits for the addresses that the capacity controller gives meanwhile.
func TestLaunchedInstancesHaveAddresses(t *testing.T) {
	s := newServer(t)
	s.whileSettling = func() { s.settle(t) }
	out := s.run(t, run(1))
	want := types.InstanceStateNamePending
	if attempts, _ := retry.GetAttemptResults(out.ResultMetadata); len(attempts.Results) > 1 {
		want = types.InstanceStateNameRunning // the connection broke; a request sent again tells how the instance is now
	}
	launched := out.Instances[0]
	if launched.State.Name != want || aws.ToString(launched.PrivateIpAddress) != "172.31.0.4" || len(launched.NetworkInterfaces) != 1 {
		t.Errorf("got %+v", launched)
	}
}

func TestReboot(t *testing.T) {
	s := newServer(t)
	id := *s.run(t, run(1)).Instances[0].InstanceId
	in := &sdk.RebootInstancesInput{InstanceIds: []string{id}}
	_, err := s.RebootInstances(ctx, in)
	refused(t, err, "IncorrectInstanceState", "The instance '"+id+"' is not in a state from which it can be rebooted.")
	s.settle(t)
	_, err = s.RebootInstances(ctx, &sdk.RebootInstancesInput{InstanceIds: []string{id}, DryRun: aws.Bool(true)})
	refused(t, err, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
	rebooting := func() bool { return ec2.FindInstance(s.store.Read(), scope, id).Rebooting() }
	if rebooting() {
		t.Error("a dry run reboots")
	}
	must[*sdk.RebootInstancesOutput](t)(s.RebootInstances(ctx, in))
	if !rebooting() || s.one(t, id).State.Name != "running" {
		t.Errorf("got %+v", s.one(t, id))
	}
	must[*sdk.TerminateInstancesOutput](t)(s.TerminateInstances(ctx, &sdk.TerminateInstancesInput{InstanceIds: in.InstanceIds}))
	must[*sdk.RebootInstancesOutput](t)(s.RebootInstances(ctx, in))
}

func TestProtectionAndShutdownBehavior(t *testing.T) {
	s := newServer(t)
	in := run(1)
	in.DisableApiStop, in.InstanceInitiatedShutdownBehavior = aws.Bool(true), types.ShutdownBehaviorTerminate
	id := *s.run(t, in).Instances[0].InstanceId
	other := *s.run(t, run(1)).Instances[0].InstanceId
	s.settle(t)
	for id, want := range map[string]string{id: "terminate", other: "stop"} {
		out := must[*sdk.DescribeInstanceAttributeOutput](t)(s.DescribeInstanceAttribute(ctx, &sdk.DescribeInstanceAttributeInput{
			InstanceId: &id, Attribute: types.InstanceAttributeNameInstanceInitiatedShutdownBehavior,
		}))
		if got := *out.InstanceInitiatedShutdownBehavior.Value; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	_, err := s.StopInstances(ctx, &sdk.StopInstancesInput{InstanceIds: []string{other, id}})
	refused(t, err, "OperationNotPermitted", "The instance '"+id+"' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.")
	if i := s.one(t, other); i.State.Name != "running" {
		t.Errorf("the other one is %s", i.State.Name)
	}
}

// tagged launches with tags for a kind of resource.
func tagged(kind types.ResourceType, pairs ...string) func(*sdk.RunInstancesInput) {
	return func(in *sdk.RunInstancesInput) {
		in.TagSpecifications = []types.TagSpecification{{ResourceType: kind, Tags: tags(pairs...)}}
	}
}

func networked(n types.InstanceNetworkInterfaceSpecification) func(*sdk.RunInstancesInput) {
	n.DeviceIndex = aws.Int32(0)
	return func(in *sdk.RunInstancesInput) {
		in.NetworkInterfaces = []types.InstanceNetworkInterfaceSpecification{n}
	}
}

func TestALaunchIntoAZoneByItsID(t *testing.T) {
	s := newServer(t)
	in := run(1)
	in.Placement = &types.Placement{AvailabilityZoneId: aws.String("euw1-az3")}
	if got := s.run(t, in).Instances[0].Placement; *got.AvailabilityZone != "eu-west-1c" || *got.AvailabilityZoneId != "euw1-az3" {
		t.Errorf("got %+v", got)
	}
}

func TestRefusedLaunches(t *testing.T) {
	s := newServer(t)
	for _, c := range []struct {
		change        func(in *sdk.RunInstancesInput)
		code, message string
	}{
		{func(in *sdk.RunInstancesInput) { in.ClientToken = aws.String(strings.Repeat("a", 65)) }, "InvalidParameterValue", "Value (" + strings.Repeat("a", 65) + ") for parameter clientToken is invalid. Client tokens have at most 64 ASCII characters."},
		{func(in *sdk.RunInstancesInput) { in.ClientToken = aws.String("é") }, "InvalidParameterValue", "Value (é) for parameter clientToken is invalid. Client tokens have at most 64 ASCII characters."},
		{func(in *sdk.RunInstancesInput) { in.DryRun = aws.Bool(true) }, "DryRunOperation", "Request would have succeeded, but DryRun flag is set."},
		{func(in *sdk.RunInstancesInput) { in.InstanceType = "t99.huge" }, "InvalidParameterValue", "Invalid value 't99.huge' for InstanceType."},
		{func(in *sdk.RunInstancesInput) { in.ImageId = nil }, "MissingParameter", "The request must contain the parameter ImageId"},
		{func(in *sdk.RunInstancesInput) { in.ImageId = aws.String("web") }, "InvalidAMIID.Malformed", `Invalid id: "web" (expecting "ami-...")`},
		{func(in *sdk.RunInstancesInput) { in.SubnetId = aws.String("subnet-1") }, "InvalidSubnetID.NotFound", "The subnet ID 'subnet-1' does not exist"},
		{func(in *sdk.RunInstancesInput) { in.SecurityGroupIds = []string{"sg-1"} }, "InvalidGroup.NotFound", "The security group 'sg-1' does not exist"},
		{func(in *sdk.RunInstancesInput) { in.MinCount = aws.Int32(2) }, "InvalidParameterValue", "Value (1) for parameter maxCount is invalid. Expecting a value greater than or equal to minCount."},
		{func(in *sdk.RunInstancesInput) { in.MaxCount = aws.Int32(2e9) }, "InstanceLimitExceeded", "ecs-emulator launches at most 1000 instances in a request"},
		{func(in *sdk.RunInstancesInput) {
			in.Placement = &types.Placement{AvailabilityZone: aws.String("eu-west-1z")}
		}, "InvalidParameterValue", "Invalid availability zone: [eu-west-1z]"},
		{func(in *sdk.RunInstancesInput) { in.UserData = aws.String("not base64") }, "InvalidUserData.Malformed", "Invalid BASE64 encoding of user data."},
		{func(in *sdk.RunInstancesInput) {
			in.InstanceMarketOptions = &types.InstanceMarketOptionsRequest{MarketType: "capacity-block"}
		}, "UnsupportedOperation", `ecs-emulator does not support InstanceMarketOptions with the MarketType "capacity-block"`},
		{func(in *sdk.RunInstancesInput) {
			in.LaunchTemplate = &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("web")}
		}, "InvalidLaunchTemplateName.NotFoundException", "The specified launch template, with template name web, does not exist."},
		{networked(types.InstanceNetworkInterfaceSpecification{Ipv6AddressCount: aws.Int32(1)}), "UnsupportedOperation", "ecs-emulator does not support IPv6 addresses of RunInstances"},
		{networked(types.InstanceNetworkInterfaceSpecification{SecondaryPrivateIpAddressCount: aws.Int32(1)}), "UnsupportedOperation", "ecs-emulator does not support secondary addresses and prefixes of RunInstances"},
		{networked(types.InstanceNetworkInterfaceSpecification{InterfaceType: aws.String("efa")}), "UnsupportedOperation", "ecs-emulator does not support interfaces of the type efa of RunInstances"},
		{func(in *sdk.RunInstancesInput) {
			in.MetadataOptions = &types.InstanceMetadataOptionsRequest{HttpPutResponseHopLimit: aws.Int32(999)}
		}, "InvalidParameterValue", "A value of ‘999’ is not valid for http-put-response-hop-limit. Specify a value between 1 and 64, and try again."},
		{func(in *sdk.RunInstancesInput) {
			in.Placement = &types.Placement{AvailabilityZoneId: aws.String("euw1-az9")}
		}, "InvalidParameterValue", "Invalid availability zone: [euw1-az9]"},
		{tagged("vpc", "k=v"), "InvalidParameterValue", "'vpc' is not a valid taggable resource type for this operation."},
		{tagged("instance"), "InvalidParameterValue", "Tag specification must have at least one tag"},
		{tagged("instance", "k=1", "k=2"), "InvalidParameterValue", "Duplicate tag key 'k' specified."},
		{func(in *sdk.RunInstancesInput) { in.InstanceInitiatedShutdownBehavior = "explode" }, "InvalidParameterValue", "Value (explode) for parameter instanceInitiatedShutdownBehavior is invalid."},
		{func(in *sdk.RunInstancesInput) {
			in.NetworkInterfaces = []types.InstanceNetworkInterfaceSpecification{{DeviceIndex: aws.Int32(0), SubnetId: aws.String(madeUpSubnet)}}
			in.SecurityGroupIds = []string{madeUpGroup}
		}, "InvalidParameterCombination", "Network interfaces and an instance-level security groups may not be specified on the same request"},
	} {
		in := run(1)
		c.change(in)
		_, err := s.RunInstances(ctx, in)
		refused(t, err, c.code, c.message)
	}
	if all := must[*sdk.DescribeInstancesOutput](t)(s.DescribeInstances(ctx, &sdk.DescribeInstancesInput{})); len(all.Reservations) != 0 {
		t.Errorf("launched: %+v", all.Reservations)
	}
	arm := run(1)
	arm.InstanceType = "t4g.small"
	if _, err := s.RunInstances(ctx, arm); err == nil || !strings.Contains(err.Error(), "The architecture 'arm64' of the specified instance type does not match the architecture 'x86_64'") {
		t.Errorf("got %v", err)
	}
}

func TestALaunchWithATokenHappensOnce(t *testing.T) {
	s := newServer(t)
	in := run(2)
	in.ClientToken = aws.String("once")
	first, again := s.run(t, in), s.run(t, in)
	if len(again.Instances) != 2 || *first.ReservationId != *again.ReservationId || *first.Instances[1].InstanceId != *again.Instances[1].InstanceId {
		t.Errorf("got %v, then %v", first, again)
	}
	in.MaxCount = aws.Int32(3)
	_, err := s.RunInstances(ctx, in)
	refused(t, err, "IdempotentParameterMismatch", "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
}

func TestInstancesAreFoundAndPaged(t *testing.T) {
	s := newServer(t)
	first := s.run(t, run(7))
	other := run(1)
	other.InstanceType, other.DisableApiTermination = "m5.large", aws.Bool(true)
	big := *s.run(t, other).Instances[0].InstanceId
	s.settle(t)

	found := func(in *sdk.DescribeInstancesInput) (n int) {
		t.Helper()
		for _, r := range must[*sdk.DescribeInstancesOutput](t)(s.DescribeInstances(ctx, in)).Reservations {
			n += len(r.Instances)
		}
		return n
	}
	for want, filters := range map[int][]types.Filter{
		8: filter("instance-state-name", "running", "pending"), 1: filter("instance-type", "m5.*"),
		7: filter("reservation-id", *first.ReservationId), 0: filter("tag:Name", "*"),
	} {
		if got := found(&sdk.DescribeInstancesInput{Filters: filters}); got != want {
			t.Errorf("%v finds %d, want %d", *filters[0].Name, got, want)
		}
	}
	pages := sdk.NewDescribeInstancesPaginator(s.Client, &sdk.DescribeInstancesInput{MaxResults: aws.Int32(5)})
	var sizes []int
	for pages.HasMorePages() {
		n := 0
		for _, r := range must[*sdk.DescribeInstancesOutput](t)(pages.NextPage(ctx)).Reservations {
			n += len(r.Instances)
		}
		sizes = append(sizes, n)
	}
	if diff := cmp.Diff([]int{5, 3}, sizes); diff != "" {
		t.Error(diff)
	}
	_, err := s.DescribeInstances(ctx, &sdk.DescribeInstancesInput{MaxResults: aws.Int32(5), InstanceIds: []string{big}})
	refused(t, err, "InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults")
	_, err = s.DescribeInstances(ctx, &sdk.DescribeInstancesInput{Filters: filter("colour", "red")})
	refused(t, err, "InvalidParameterValue", "The filter 'colour' is invalid")
	_, err = s.DescribeInstances(ctx, &sdk.DescribeInstancesInput{InstanceIds: []string{"i-1"}})
	refused(t, err, "InvalidInstanceID.Malformed", `Invalid id: "i-1"`)
	_, err = s.DescribeInstances(ctx, &sdk.DescribeInstancesInput{InstanceIds: []string{"i-00000001", "i-00000002"}})
	refused(t, err, "InvalidInstanceID.NotFound", "The instance IDs 'i-00000001, i-00000002' do not exist")

	_, err = s.TerminateInstances(ctx, &sdk.TerminateInstancesInput{InstanceIds: []string{big}})
	refused(t, err, "OperationNotPermitted", "The instance '"+big+"' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.")
	attribute := must[*sdk.DescribeInstanceAttributeOutput](t)(s.DescribeInstanceAttribute(ctx, &sdk.DescribeInstanceAttributeInput{
		InstanceId: &big, Attribute: types.InstanceAttributeNameDisableApiTermination,
	}))
	if !*attribute.DisableApiTermination.Value {
		t.Errorf("got %+v", attribute)
	}
	s.tag(t, big)
}

// tag tags a resource, and reads that back.
func (s *server) tag(t *testing.T, id string) {
	t.Helper()
	must[*sdk.CreateTagsOutput](t)(s.CreateTags(ctx, &sdk.CreateTagsInput{Resources: []string{id}, Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}}}))
	tags := must[*sdk.DescribeTagsOutput](t)(s.DescribeTags(ctx, &sdk.DescribeTagsInput{Filters: filter("resource-id", id)})).Tags
	if len(tags) != 1 || *tags[0].Value != "shop" {
		t.Errorf("tags of %s: %+v", id, tags)
	}
}

func TestInstanceTypes(t *testing.T) {
	s := newServer(t)
	out := must[*sdk.DescribeInstanceTypesOutput](t)(s.DescribeInstanceTypes(ctx, &sdk.DescribeInstanceTypesInput{InstanceTypes: []types.InstanceType{"t3.nano"}}))
	if i := out.InstanceTypes[0]; *i.VCpuInfo.DefaultVCpus != 2 || *i.MemoryInfo.SizeInMiB != 512 || *i.NetworkInfo.MaximumNetworkInterfaces != 2 {
		t.Errorf("got %+v", i)
	}
	arm := must[*sdk.DescribeInstanceTypesOutput](t)(s.DescribeInstanceTypes(ctx, &sdk.DescribeInstanceTypesInput{
		Filters: append(filter("processor-info.supported-architecture", "arm64"), filter("vcpu-info.default-vcpus", "2")...),
	}))
	for _, i := range arm.InstanceTypes {
		if !slices.Equal(i.ProcessorInfo.SupportedArchitectures, []types.ArchitectureType{types.ArchitectureTypeArm64}) || *i.VCpuInfo.DefaultVCpus != 2 {
			t.Errorf("got %+v", i)
		}
	}
	if len(arm.InstanceTypes) == 0 {
		t.Error("there is no ARM with two vCPUs")
	}
	_, err := s.DescribeInstanceTypes(ctx, &sdk.DescribeInstanceTypesInput{InstanceTypes: []types.InstanceType{"not-real"}})
	refused(t, err, "InvalidInstanceType", "The following supplied instance types do not exist: [not-real]")
}

// TestInstanceTypesHaveWhatToolsReadUnasked: Terraform's provider leaves out types without
// some members, and fails at GPUs without others.
func TestInstanceTypesHaveWhatToolsReadUnasked(t *testing.T) {
	s := newServer(t)
	var all []types.InstanceTypeInfo
	in := &sdk.DescribeInstanceTypesInput{}
	for next := true; next; next = in.NextToken != nil {
		out := must[*sdk.DescribeInstanceTypesOutput](t)(s.DescribeInstanceTypes(ctx, in))
		if n := len(out.InstanceTypes); n > 100 {
			t.Errorf("%d on a page", n)
		}
		all, in.NextToken = append(all, out.InstanceTypes...), out.NextToken
	}
	says := map[string]string{}
	for _, i := range all {
		if i.EbsInfo == nil || i.MemoryInfo == nil || i.NetworkInfo == nil || i.PlacementGroupInfo == nil || i.ProcessorInfo == nil || i.VCpuInfo == nil ||
			aws.ToInt32(i.NetworkInfo.Ipv4AddressesPerInterface) == 0 || i.GpuInfo != nil && aws.ToInt32(i.GpuInfo.Gpus[0].MemoryInfo.SizeInMiB) == 0 {
			t.Errorf("%s: %+v", i.InstanceType, i)
			continue
		}
		says[string(i.InstanceType)] = fmt.Sprintln(i.Hypervisor, i.EbsInfo.EbsOptimizedSupport, i.EbsInfo.NvmeSupport, i.NetworkInfo.EnaSupport,
			*i.NetworkInfo.Ipv4AddressesPerInterface, i.PlacementGroupInfo.SupportedStrategies, *i.InstanceStorageSupported, *i.VCpuInfo.DefaultCores)
	}
	for name, want := range map[string]string{
		"t3.medium":      "nitro default required required 6 [partition spread] false 1",
		"t3a.large":      "nitro default required required 12 [partition spread] false 1",
		"t2.micro":       "xen unsupported unsupported unsupported 2 [partition spread] false 1",
		"m5.4xlarge":     "nitro default required required 30 [cluster partition spread] false 8",
		"g4dn.xlarge":    "nitro default required required 10 [cluster partition spread] true 2",
		"g5.12xlarge":    "nitro default required required 50 [cluster partition spread] true 24",
		"c5.9xlarge":     "nitro default required required 30 [cluster partition spread] false 18",
		"c5.metal":       " default required required 50 [cluster partition spread] false 48",
		"c7a.large":      "nitro default required required 10 [cluster partition spread] false 2",
		"m7i-flex.large": "nitro default required required 10 [partition spread] false 1",
		"p3.2xlarge":     "xen default unsupported supported 15 [cluster partition spread] false 4",
	} {
		if got := strings.TrimSpace(says[name]); got != strings.TrimSpace(want) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestImages(t *testing.T) {
	s := newServer(t)
	out := must[*sdk.DescribeImagesOutput](t)(s.DescribeImages(ctx, &sdk.DescribeImagesInput{
		Owners: []string{"amazon"}, Filters: append(filter("name", "amzn2-ami-ecs-hvm-*-x86_64-ebs"), filter("state", "available")...),
	}))
	if len(out.Images) != 1 || *out.Images[0].ImageId != image {
		t.Errorf("got %+v", out.Images)
	}
	if own := must[*sdk.DescribeImagesOutput](t)(s.DescribeImages(ctx, &sdk.DescribeImagesInput{Owners: []string{"self"}})); len(own.Images) != 0 {
		t.Errorf("got %+v", own.Images)
	}
	_, err := s.DescribeImages(ctx, &sdk.DescribeImagesInput{ImageIds: []string{"ami-00000000"}})
	refused(t, err, "InvalidAMIID.NotFound", "The image id '[ami-00000000]' does not exist")
}

// Of a range of addresses AWS reserves five, terminated instances have none, and EC2
// launches fewer if fewer are enough.
func TestASubnetIsFull(t *testing.T) {
	s := newServer(t)
	subnet := "subnet-0ec5e3a1a70000001"
	free := func(want int32) {
		t.Helper()
		out := must[*sdk.DescribeSubnetsOutput](t)(s.DescribeSubnets(ctx, &sdk.DescribeSubnetsInput{SubnetIds: []string{subnet}}))
		if got := *out.Subnets[0].AvailableIpAddressCount; got != want {
			t.Errorf("%d addresses are free, want %d", got, want)
		}
	}
	for range 4 {
		s.run(t, run(1000))
	}
	free(91)
	all := run(92)
	all.MinCount = aws.Int32(92)
	_, err := s.RunInstances(ctx, all)
	refused(t, err, "InsufficientFreeAddressesInSubnet", "There are not enough free addresses in subnet '"+subnet+"' to satisfy the requested number of instances.")
	free(91)
	last := s.run(t, run(92)).Instances
	if len(last) != 91 {
		t.Errorf("%d instances are launched", len(last))
	}
	free(0)
	must[*sdk.TerminateInstancesOutput](t)(s.TerminateInstances(ctx, &sdk.TerminateInstancesInput{InstanceIds: []string{*last[0].InstanceId}}))
	s.settle(t)
	free(1)
}
