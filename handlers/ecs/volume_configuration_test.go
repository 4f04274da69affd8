package ecs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const infrastructureRole = "arn:aws:iam::123456789012:role/ecsInfrastructureRole"

// withVolume leaves the volume data open, and mounts it.
func withVolume(in *sdk.RegisterTaskDefinitionInput) {
	in.Volumes = []types.Volume{{Name: aws.String("data"), ConfiguredAtLaunch: aws.Bool(true)}}
	in.ContainerDefinitions[0].MountPoints = []types.MountPoint{{SourceVolume: aws.String("data"), ContainerPath: aws.String("/data")}}
}

// gp3 is a volume that EC2 takes.
func gp3() *types.TaskManagedEBSVolumeConfiguration {
	return &types.TaskManagedEBSVolumeConfiguration{
		RoleArn: aws.String(infrastructureRole), VolumeType: aws.String("gp3"), SizeInGiB: aws.Int32(10),
	}
}

func taskVolume(name string, c *types.TaskManagedEBSVolumeConfiguration) []types.TaskVolumeConfiguration {
	return []types.TaskVolumeConfiguration{{Name: &name, ManagedEBSVolume: c}}
}

func serviceVolume(gib int32) []types.ServiceVolumeConfiguration {
	return []types.ServiceVolumeConfiguration{{Name: aws.String("data"), ManagedEBSVolume: &types.ServiceManagedEBSVolumeConfiguration{
		RoleArn: aws.String(infrastructureRole), SizeInGiB: &gib,
		TagSpecifications: []types.EBSTagSpecification{{ResourceType: types.EBSResourceTypeVolume, PropagateTags: types.PropagateTagsService}},
	}}}
}

// attachments are the attachments of a task as text: type, status, details.
func attachments(task types.Task) (list []string) {
	for _, a := range task.Attachments {
		text := *a.Type + " " + *a.Status
		for _, d := range a.Details {
			text += " " + *d.Name + "=" + aws.ToString(d.Value)
		}
		list = append(list, text)
	}
	return list
}

func TestATaskShowsItsManagedVolume(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "db", withVolume)
	in := runInput("db")
	in.VolumeConfigurations = taskVolume("data", gp3())
	made := s.run(t, in)[0]
	volume := "AmazonElasticBlockStorage %s roleArn=" + infrastructureRole + " volumeName=data deleteOnTermination=true"
	expect := func(when string, task types.Task, eni, ebs string) {
		t.Helper()
		if diff := cmp.Diff([]string{eni, ebs}, attachments(task)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	expect("at first", made, "ElasticNetworkInterface PRECREATED subnetId="+subnetA, fmt.Sprintf(volume, "CREATED"))

	id := state.FindTask(s.store.Read(), *made.TaskArn).Placement.VolumeID
	if !strings.HasPrefix(id, "vol-") || len(id) != len("vol-")+17 {
		t.Errorf("volume id %q", id)
	}
	said := func(lastStatus, status, reason string) types.Task {
		s.agentSays(t, *made.TaskArn, func(now *state.TaskStatus) {
			now.LastStatus, now.Attachment.Status, now.Volume = lastStatus, status, state.VolumeAttachment{Status: status, ID: id, Reason: reason}
		})
		return must[*sdk.DescribeTasksOutput](t)(s.DescribeTasks(ctx, &sdk.DescribeTasksInput{Tasks: []string{*made.TaskArn}})).Tasks[0]
	}
	eni := "ElasticNetworkInterface %s subnetId=" + subnetA
	expect("while it runs", said(state.Running, "ATTACHED", ""), fmt.Sprintf(eni, "ATTACHED"), fmt.Sprintf(volume, "ATTACHED")+" volumeId="+id)
	expect("when it goes", said(state.Deprovisioning, "ATTACHED", "no disk"), fmt.Sprintf(eni, "DETACHING"),
		fmt.Sprintf(volume, "DETACHING")+" volumeId="+id+" statusReason=no disk")

	task := state.FindTask(s.store.Read(), *made.TaskArn)
	event := string(ecs.StateChange(s.store.Read(), outbox.Event{Sequence: 1, At: task.Spec.CreatedAt, Value: outbox.NewChange(task)}))
	if !strings.Contains(event, `"type":"eni"`) || !strings.Contains(event, `"type":"amazonebs"`) {
		t.Errorf("event %s", event)
	}
}

func TestVolumeConfigurationRefusals(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "db", withVolume)
	s.fargate(t, "web")
	s.fargate(t, "bridge", withVolume, func(in *sdk.RegisterTaskDefinitionInput) {
		in.NetworkMode, in.RequiresCompatibilities = types.NetworkModeBridge, []types.Compatibility{types.CompatibilityEc2}
	})
	ec2 := func(code, message string) string {
		return "ECS managed EBS volume configuration was invalid for volume 'data'. Encountered '" + code + `' error from AmazonEC2: "` + message + `"`
	}
	kind := func(name string, gib int32) func(*types.TaskManagedEBSVolumeConfiguration) {
		return func(c *types.TaskManagedEBSVolumeConfiguration) { c.VolumeType, c.SizeInGiB = &name, &gib }
	}
	iops := func(name string, gib, iops int32) func(*types.TaskManagedEBSVolumeConfiguration) {
		return func(c *types.TaskManagedEBSVolumeConfiguration) {
			c.VolumeType, c.SizeInGiB, c.Iops = &name, &gib, &iops
		}
	}
	throughput := func(name string, mib int32) func(*types.TaskManagedEBSVolumeConfiguration) {
		return func(c *types.TaskManagedEBSVolumeConfiguration) { c.VolumeType, c.Throughput = &name, &mib }
	}
	tooSmall := func(name string, gib, least int32) string {
		return fmt.Sprintf("The volume size is invalid for %[1]s volumes: %d GiB. %[1]s volumes must be at least %[3]d GiB in size. "+
			"Please specify a volume size above the minimum limit.", name, gib, least)
	}
	const value, combination = "InvalidParameterValue", "InvalidParameterCombination"
	for _, c := range []struct {
		message string // empty: it is taken
		change  func(*types.TaskManagedEBSVolumeConfiguration)
	}{
		{ec2("UnknownVolumeType", "Unsupported volume type 'gp9' for volume creation. "), kind("gp9", 1)},
		{ec2("MissingParameter", "The request must contain the parameter size/snapshot"), func(c *types.TaskManagedEBSVolumeConfiguration) { c.SizeInGiB = nil }},
		{ec2(value, "Value (-1) for parameter size is invalid. Value must be a positive integer."), kind("gp3", -1)},
		{ec2(value, tooSmall("gp3", 0, 1)), kind("gp3", 0)},
		{ec2(value, tooSmall("st1", 124, 125)), kind("st1", 124)},
		{ec2(value, "Volume of 16385GiB is too large for volume type gp2; maximum is 16384GiB."), kind("gp2", 16385)},
		{"", kind("sc1", 125)},
		{"The standard volume type is not supported with FARGATE launch type.", kind("standard", 1)},
		{ec2(combination, "The parameter iops is not supported for gp2 volumes."), iops("gp2", 10, 100)},
		{ec2(combination, "The parameter iops must be specified for io1 volumes."), kind("io1", 1)}, // and is too small
		{ec2(value, "Volume iops of 99 is too low; minimum is 100."), iops("io1", 10, 99)},
		{ec2(value, "Volume iops of 99 is too low; minimum is 100."), iops("gp3", 1, 99)},
		{ec2(value, "Value (-1) for parameter iops is invalid. Value must be a positive integer."), iops("gp3", 1, -1)},
		{ec2(value, "Volume iops of 16001 is too high; maximum is 16000."), iops("gp3", 100, 16001)},
		{ec2(value, "Iops to volume size ratio of 750.000000 is too high; maximum is 500"), iops("gp3", 20, 15000)},
		{ec2(value, "Iops to volume size ratio of 501.000000 is too high; maximum is 500"), iops("gp3", 1, 501)},
		{ec2(value, "Iops to volume size ratio of 750.000000 is too high; maximum is 50"), iops("io1", 4, 3000)},
		{"", iops("gp3", 1, 500)},
		{"", iops("gp3", 1, 3000)},
		{"", iops("io2", 256, 256000)},
		{ec2(combination, "The throughput parameter is not supported for gp2 volumes."), throughput("gp2", 125)},
		{"", throughput("gp3", 0)},
		{ec2(value, "Value (-1) for parameter throughput is invalid. Value must be a positive integer."), throughput("gp3", -1)},
		{ec2(value, "Volume throughput of 1001 is too high; maximum is 1000."), throughput("gp3", 1001)},
		{ec2(value, "Throughput (MiBps) to iops ratio of 0.333333 is too high; maximum is 0.250000 MiBps per iops"), throughput("gp3", 1000)},
		{ec2(value, "Throughput (MiBps) to iops ratio of 0.250333 is too high; maximum is 0.250000 MiBps per iops"), func(c *types.TaskManagedEBSVolumeConfiguration) {
			c.VolumeType, c.Iops, c.Throughput = aws.String("gp3"), aws.Int32(500), aws.Int32(751)
		}},
		{"", throughput("gp3", 750)},
		{ec2("InvalidParameterDependency", "The parameter [KmsKeyId] requires the parameter Encrypted to be set."), func(c *types.TaskManagedEBSVolumeConfiguration) {
			c.KmsKeyId, c.Encrypted = aws.String("key"), aws.Bool(false)
		}},
		{ec2(combination, "You can't specify VolumeInitializationRate for volumes that are not created from a snapshot."), func(c *types.TaskManagedEBSVolumeConfiguration) {
			c.VolumeInitializationRate = aws.Int32(100)
		}},
		{"ecs-emulator does not support volumeConfigurations[0].managedEBSVolume.snapshotId" + unsupportedTail, func(c *types.TaskManagedEBSVolumeConfiguration) {
			c.SnapshotId, c.SizeInGiB = aws.String("snap-1"), nil
		}},
		{"resourceType should be one of [volume]", func(c *types.TaskManagedEBSVolumeConfiguration) {
			c.TagSpecifications = []types.EBSTagSpecification{{ResourceType: "instance"}}
		}},
		{"Propagate tags should be one of [TASK_DEFINITION,NONE]", func(c *types.TaskManagedEBSVolumeConfiguration) {
			c.TagSpecifications = []types.EBSTagSpecification{{ResourceType: "volume", PropagateTags: "SERVICE"}}
		}},
		{"The tags AmazonECSCreated and AmazonECSManaged are reserved for Amazon ECS.", func(c *types.TaskManagedEBSVolumeConfiguration) {
			c.TagSpecifications = []types.EBSTagSpecification{{ResourceType: "volume", Tags: []types.Tag{{Key: aws.String("AmazonECSManaged"), Value: aws.String("no")}}}}
		}},
		{"Propagate tags should be one of [SERVICE,TASK_DEFINITION,NONE]", func(c *types.TaskManagedEBSVolumeConfiguration) {
			c.TagSpecifications = []types.EBSTagSpecification{{ResourceType: "volume", PropagateTags: "ALL"}}
		}},
	} {
		in, volume := runInput("db"), gp3()
		c.change(volume)
		in.VolumeConfigurations = taskVolume("data", volume)
		if _, err := s.RunTask(ctx, in); c.message != "" {
			refused(t, err, invalid, c.message)
		} else if err != nil {
			t.Error(err)
		}
	}
	for _, c := range []struct {
		definition, message string
		list                []types.TaskVolumeConfiguration
	}{
		{"db", "Volume 'data' is configuredAtLaunch in your Task Definition. Volume configuration must be provided in your request.", nil},
		{"db", "The volume name 'other' in your request does not have a matching volume in your Task Definition that is configurable at launch.", taskVolume("other", gp3())},
		{"db", "volumeConfigurations can have at most 1 items.", append(taskVolume("data", gp3()), taskVolume("data", gp3())...)},
		{"db", "managedEBSVolume can not be blank.", taskVolume("data", nil)},
		{"web", "Volume configuration provided but no matching configuredAtLaunch volume found in task definition.", taskVolume("data", gp3())},
	} {
		in := runInput(c.definition)
		in.VolumeConfigurations = c.list
		_, err := s.RunTask(ctx, in)
		refused(t, err, invalid, c.message)
	}
	daemon := s.onInstances(t, "daemon")
	daemon.TaskDefinition, daemon.SchedulingStrategy, daemon.DesiredCount = aws.String("bridge"), types.SchedulingStrategyDaemon, nil
	daemon.VolumeConfigurations = serviceVolume(10)
	_, err := s.CreateService(ctx, daemon)
	refused(t, err, invalid, "The daemon scheduling strategy does not support volume configurations. Remove the volume configurations and try again")
}

// A change of the volume is a change of what tasks are made of.
func TestVolumesOfAService(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "db", withVolume)
	s.fargate(t, "web")
	in := serviceInput("db", "db")
	in.VolumeConfigurations = serviceVolume(10)
	created := s.create(t, in)
	want := serviceVolume(10)
	want[0].ManagedEBSVolume.FilesystemType = types.TaskFilesystemTypeXfs
	same := cmpopts.IgnoreUnexported(types.ServiceVolumeConfiguration{}, types.ServiceManagedEBSVolumeConfiguration{}, types.EBSTagSpecification{})
	if diff := cmp.Diff(want, created.Deployments[0].VolumeConfigurations, same); diff != "" {
		t.Errorf("the deployment (-want +got):\n%s", diff)
	}
	revisions := must[*sdk.DescribeServiceRevisionsOutput](t)(s.DescribeServiceRevisions(ctx, &sdk.DescribeServiceRevisionsInput{
		ServiceRevisionArns: []string{*created.CurrentServiceRevisions[0].Arn},
	})).ServiceRevisions
	if diff := cmp.Diff(want, revisions[0].VolumeConfigurations, same); diff != "" {
		t.Errorf("the revision (-want +got):\n%s", diff)
	}

	deployments := func(change func(in *sdk.UpdateServiceInput)) (n int, gib int32) {
		t.Helper()
		update := &sdk.UpdateServiceInput{Service: aws.String("db")}
		change(update)
		list := must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, update)).Service.Deployments
		if volumes := list[0].VolumeConfigurations; len(volumes) > 0 {
			gib = *volumes[0].ManagedEBSVolume.SizeInGiB
		}
		return len(list), gib
	}
	for _, c := range []struct {
		what   string
		change func(in *sdk.UpdateServiceInput)
		n      int
		gib    int32
	}{
		{"something else", func(in *sdk.UpdateServiceInput) { in.DesiredCount = aws.Int32(1) }, 1, 10},
		{"the same", func(in *sdk.UpdateServiceInput) { in.VolumeConfigurations = serviceVolume(10) }, 1, 10},
		{"another size", func(in *sdk.UpdateServiceInput) { in.VolumeConfigurations = serviceVolume(20) }, 2, 20},
		{"a new deployment", func(in *sdk.UpdateServiceInput) { in.ForceNewDeployment = true }, 3, 20},
		{"none", func(in *sdk.UpdateServiceInput) {
			in.TaskDefinition, in.VolumeConfigurations = aws.String("web"), []types.ServiceVolumeConfiguration{}
		}, 4, 0},
	} {
		if n, gib := deployments(c.change); n != c.n || gib != c.gib {
			t.Errorf("%s: %d deployments, %d GiB", c.what, n, gib)
		}
	}
	_, err := s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("db"), TaskDefinition: aws.String("db")})
	refused(t, err, invalid, "Volume 'data' is configuredAtLaunch in your Task Definition. Volume configuration must be provided in your request.")
}

// A task that is started by hand waits for its volume, also where it waits for nothing else.
func TestAVolumeIsAttachedByReport(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	s.fargate(t, "db", withVolume, func(in *sdk.RegisterTaskDefinitionInput) {
		in.NetworkMode, in.RequiresCompatibilities = types.NetworkModeBridge, []types.Compatibility{types.CompatibilityEc2}
	})
	instance := s.registerInstance(t, func(in *sdk.RegisterContainerInstanceInput) {
		in.Attributes = append(in.Attributes, types.Attribute{Name: aws.String("ecs.capability.storage.ebs-task-volume-attach")})
	})
	started := must[*sdk.StartTaskOutput](t)(s.StartTask(ctx, &sdk.StartTaskInput{
		Cluster: aws.String("shop"), TaskDefinition: aws.String("db"), ContainerInstances: []string{*instance.ContainerInstanceArn},
		VolumeConfigurations: taskVolume("data", gp3()),
	}))
	if len(started.Tasks) != 1 {
		t.Fatalf("%+v", started.Failures)
	}
	now := func() *state.Task { return state.FindTask(s.store.Read(), *started.Tasks[0].TaskArn) }
	task := now()
	if task.Status.LastStatus != state.Provisioning || len(started.Tasks[0].Attachments) != 1 {
		t.Errorf("%s with %v", task.Status.LastStatus, attachments(started.Tasks[0]))
	}
	must[*sdk.SubmitAttachmentStateChangesOutput](t)(s.SubmitAttachmentStateChanges(ctx, &sdk.SubmitAttachmentStateChangesInput{
		Cluster: aws.String("shop"), Attachments: []types.AttachmentStateChange{{
			AttachmentArn: aws.String(testScope.Prefix() + "attachment/" + task.Placement.VolumeAttachmentID), Status: aws.String("ATTACHED"),
		}},
	}))
	if got := now().Status; got.LastStatus != state.Pending || got.Volume != (state.VolumeAttachment{Status: "ATTACHED", ID: task.Placement.VolumeID}) {
		t.Errorf("%s with %+v", got.LastStatus, got.Volume)
	}
	s.says(t, task, "STOPPED")
	if got := now().Status.Volume.Status; got != "DELETED" {
		t.Errorf("in the end %s", got)
	}
}
