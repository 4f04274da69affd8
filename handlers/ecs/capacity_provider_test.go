package ecs_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestDescribeCapacityProviders(t *testing.T) {
	s := newServer(t)
	describe := func(in *sdk.DescribeCapacityProvidersInput) *sdk.DescribeCapacityProvidersOutput {
		t.Helper()
		return must[*sdk.DescribeCapacityProvidersOutput](t)(s.DescribeCapacityProviders(ctx, in))
	}
	all := describe(&sdk.DescribeCapacityProvidersInput{}).CapacityProviders
	if len(all) != 2 || *all[0].Name != "FARGATE" || all[0].Status != types.CapacityProviderStatusActive ||
		*all[1].CapacityProviderArn != testScope.CapacityProvider("FARGATE_SPOT") || all[1].Type != types.CapacityProviderTypeFargateSpot {
		t.Errorf("got %+v", all)
	}
	some := describe(&sdk.DescribeCapacityProvidersInput{CapacityProviders: []string{"mine", testScope.CapacityProvider("FARGATE_SPOT")}})
	if len(some.CapacityProviders) != 1 || *some.CapacityProviders[0].Name != "FARGATE_SPOT" {
		t.Errorf("got %+v", some.CapacityProviders)
	}
	if len(some.Failures) != 1 || *some.Failures[0].Arn != testScope.CapacityProvider("mine") || *some.Failures[0].Reason != "MISSING" {
		t.Errorf("got %+v", some.Failures)
	}
	first := describe(&sdk.DescribeCapacityProvidersInput{MaxResults: aws.Int32(1)})
	second := describe(&sdk.DescribeCapacityProvidersInput{MaxResults: aws.Int32(1), NextToken: first.NextToken})
	if *second.CapacityProviders[0].Name != "FARGATE_SPOT" || second.NextToken != nil {
		t.Errorf("got %+v", second)
	}
	s.createClusters(t, "bare")
	if in := describe(&sdk.DescribeCapacityProvidersInput{Cluster: aws.String("bare")}); len(in.CapacityProviders) != 0 {
		t.Errorf("the cluster has none: %+v", in.CapacityProviders)
	}
}

func TestPutClusterCapacityProviders(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop")
	put := func(providers []string, strategy ...types.CapacityProviderStrategyItem) (*sdk.PutClusterCapacityProvidersOutput, error) {
		if strategy == nil {
			strategy = []types.CapacityProviderStrategyItem{}
		}
		return s.PutClusterCapacityProviders(ctx, &sdk.PutClusterCapacityProvidersInput{
			Cluster: aws.String("shop"), CapacityProviders: providers, DefaultCapacityProviderStrategy: strategy,
		})
	}
	spot := types.CapacityProviderStrategyItem{CapacityProvider: aws.String(testScope.CapacityProvider("FARGATE_SPOT")), Weight: 2}
	got := must[*sdk.PutClusterCapacityProvidersOutput](t)(put([]string{"FARGATE", testScope.CapacityProvider("FARGATE_SPOT")}, spot)).Cluster
	if !slices.Equal(got.CapacityProviders, []string{"FARGATE", "FARGATE_SPOT"}) || *got.AttachmentsStatus != "UPDATE_COMPLETE" {
		t.Errorf("got %+v", got)
	}
	if item := got.DefaultCapacityProviderStrategy[0]; *item.CapacityProvider != "FARGATE_SPOT" || item.Weight != 2 {
		t.Errorf("got %+v", item)
	}
	_, err := put([]string{"FARGATE"}, spot)
	refused(t, err, "InvalidParameterException", "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster or specify a valid capacity provider and try again.")

	var task *state.Task
	s.update(t, func(tx *store.Tx) { task = addTask(tx, "shop", "1", state.Running, ourtypes.LaunchTypeFargate) })
	_, err = put([]string{})
	refused(t, err, "ResourceInUseException", "The specified capacity provider is in use and cannot be removed.")
	s.agentStops(t, task.ARN)
	s.update(t, func(tx *store.Tx) { state.PutService(tx, newService("shop", "web")) })
	_, err = put([]string{"FARGATE_SPOT"})
	refused(t, err, "ResourceInUseException", "The specified capacity provider is in use and cannot be removed.")

	must[*sdk.PutClusterCapacityProvidersOutput](t)(put([]string{"FARGATE"}))
	if c := s.describeCluster(t, "shop"); !slices.Equal(c.CapacityProviders, []string{"FARGATE"}) || len(c.DefaultCapacityProviderStrategy) != 0 {
		t.Errorf("the association is replaced: %+v", c)
	}
	_, err = s.PutClusterCapacityProviders(ctx, &sdk.PutClusterCapacityProvidersInput{
		Cluster: aws.String("nope"), CapacityProviders: []string{}, DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
	})
	refused(t, err, "ClusterNotFoundException", "Cluster not found.")
}

// addGroup puts an Auto Scaling group.
func (s *server) addGroup(t *testing.T, name string, protected bool) *autoscaling.Group {
	t.Helper()
	g := &autoscaling.Group{Scope: testScope, Name: name, ID: arn.NewUUID(), Max: 10, Protected: protected}
	s.update(t, func(tx *store.Tx) { autoscaling.PutGroup(tx, g) })
	return g
}

// Templates have the tag themselves, with a value, and would find it changed at each look.
func TestCapacityProviderLeavesTheTagOfAGroup(t *testing.T) {
	s := newServer(t)
	g := *s.addGroup(t, "spare", false)
	mine := autoscaling.Tag{Key: "AmazonECSManaged", Value: "true", Propagate: true}
	g.SetTag(mine)
	if err := s.store.Update(func(tx *store.Tx) error { autoscaling.PutGroup(tx, &g); return nil }); err != nil {
		t.Fatal(err)
	}
	must[*sdk.CreateCapacityProviderOutput](t)(s.CreateCapacityProvider(ctx, &sdk.CreateCapacityProviderInput{
		Name: aws.String("mine"), AutoScalingGroupProvider: &types.AutoScalingGroupProvider{AutoScalingGroupArn: aws.String("spare")},
	}))
	if tags := autoscaling.FindGroup(s.store.Read(), testScope, "spare").Tags; len(tags) != 1 || tags[0] != mine {
		t.Errorf("tags of the group: %+v", tags)
	}
}

func TestCapacityProviderOfAGroup(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop")
	g := s.addGroup(t, "spare", false)
	created := must[*sdk.CreateCapacityProviderOutput](t)(s.CreateCapacityProvider(ctx, &sdk.CreateCapacityProviderInput{
		Name: aws.String("mine"), Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("a")}},
		AutoScalingGroupProvider: &types.AutoScalingGroupProvider{AutoScalingGroupArn: aws.String("spare"), ManagedScaling: &types.ManagedScaling{TargetCapacity: aws.Int32(90)}},
	})).CapacityProvider
	scaling := created.AutoScalingGroupProvider.ManagedScaling
	if created.Status != types.CapacityProviderStatusActive || *created.AutoScalingGroupProvider.AutoScalingGroupArn != g.ARN() ||
		scaling.Status != types.ManagedScalingStatusEnabled || *scaling.TargetCapacity != 90 || *scaling.MinimumScalingStepSize != 1 ||
		*scaling.MaximumScalingStepSize != 10_000 || *scaling.InstanceWarmupPeriod != 300 ||
		created.AutoScalingGroupProvider.ManagedDraining != types.ManagedDrainingEnabled ||
		created.AutoScalingGroupProvider.ManagedTerminationProtection != types.ManagedTerminationProtectionDisabled {
		t.Errorf("created %+v with %+v", created, scaling)
	}
	if tags := autoscaling.FindGroup(s.store.Read(), testScope, "spare").Tags; len(tags) != 1 || tags[0] != (autoscaling.Tag{Key: "AmazonECSManaged", Propagate: true}) {
		t.Errorf("tags of the group: %+v", tags)
	}

	put := func(names ...string) (*types.Cluster, error) {
		names = append([]string{}, names...)
		out, err := s.PutClusterCapacityProviders(ctx, &sdk.PutClusterCapacityProvidersInput{
			Cluster: aws.String("shop"), CapacityProviders: names, DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
		})
		if err != nil {
			return nil, err
		}
		return out.Cluster, nil
	}
	cluster := must[*types.Cluster](t)(put("mine"))
	if *cluster.AttachmentsStatus != "UPDATE_IN_PROGRESS" || *cluster.Attachments[0].Type != "as_policy" || *cluster.Attachments[0].Status != "PRECREATED" {
		t.Errorf("the cluster has %+v", cluster)
	}
	_, err := put()
	refused(t, err, "UpdateInProgressException", "The specified cluster is in a busy state. Cluster attachments must be in UPDATE_COMPLETE or UPDATE_FAILED state before they can be updated.")

	deleteProvider := func() *types.CapacityProvider {
		t.Helper()
		return must[*sdk.DeleteCapacityProviderOutput](t)(s.DeleteCapacityProvider(ctx, &sdk.DeleteCapacityProviderInput{CapacityProvider: created.CapacityProviderArn})).CapacityProvider
	}
	failed := deleteProvider()
	if failed.Status != types.CapacityProviderStatusActive || failed.UpdateStatus != types.CapacityProviderUpdateStatusDeleteFailed ||
		*failed.UpdateStatusReason != "The capacity provider cannot be deleted because it is associated with cluster: shop. Remove the capacity provider from the cluster and try again." {
		t.Errorf("deleted while a cluster has it: %+v", failed)
	}

	updated := must[*sdk.UpdateCapacityProviderOutput](t)(s.UpdateCapacityProvider(ctx, &sdk.UpdateCapacityProviderInput{
		Name: aws.String("mine"), AutoScalingGroupProvider: &types.AutoScalingGroupProviderUpdate{ManagedScaling: &types.ManagedScaling{Status: types.ManagedScalingStatusDisabled}},
	})).CapacityProvider
	if updated.UpdateStatus != types.CapacityProviderUpdateStatusUpdateInProgress || updated.AutoScalingGroupProvider.ManagedScaling.Status != types.ManagedScalingStatusEnabled {
		t.Errorf("the update answers what was there before: %+v", updated)
	}
	described := must[*sdk.DescribeCapacityProvidersOutput](t)(s.DescribeCapacityProviders(ctx, &sdk.DescribeCapacityProvidersInput{
		Cluster: aws.String("shop"), Include: []types.CapacityProviderField{types.CapacityProviderFieldTags},
	})).CapacityProviders
	if len(described) != 1 || described[0].UpdateStatus != types.CapacityProviderUpdateStatusUpdateComplete || len(described[0].Tags) != 1 ||
		described[0].AutoScalingGroupProvider.ManagedScaling.Status != types.ManagedScalingStatusDisabled {
		t.Errorf("described %+v", described)
	}

	s.update(t, func(tx *store.Tx) { // as the controller does
		c := *state.Clusters.Get(tx, testScope.Cluster("shop"))
		c.Attachments, c.AttachmentsStatus = nil, "UPDATE_COMPLETE"
		state.Clusters.Put(tx, &c)
	})
	if cluster := must[*types.Cluster](t)(put()); *cluster.AttachmentsStatus != "UPDATE_COMPLETE" {
		t.Errorf("nothing is attached to no provider: %+v", cluster)
	}
	if gone := deleteProvider(); gone.UpdateStatus != types.CapacityProviderUpdateStatusDeleteInProgress {
		t.Errorf("deleted: %+v", gone)
	}
	after := must[*sdk.DescribeCapacityProvidersOutput](t)(s.DescribeCapacityProviders(ctx, &sdk.DescribeCapacityProvidersInput{CapacityProviders: []string{"mine"}})).CapacityProviders
	if len(after) != 1 || after[0].Status != types.CapacityProviderStatusInactive || after[0].UpdateStatus != types.CapacityProviderUpdateStatusDeleteComplete {
		t.Errorf("after its end it is %+v", after)
	}
	_, err = put("mine")
	refused(t, err, "InvalidParameterException", "The specified capacity provider 'mine' is not in an ACTIVE state. Specify a valid capacity provider and try again.")
	_, err = s.DeleteCapacityProvider(ctx, &sdk.DeleteCapacityProviderInput{CapacityProvider: aws.String("mine")})
	refused(t, err, "ClientException", "The specified capacity provider does not exist. Specify a valid name or ARN and try again.")
}

func TestCapacityProvidersThatAreRefused(t *testing.T) {
	s := newServer(t)
	s.addGroup(t, "spare", false)
	s.addGroup(t, "taken", true)
	create := func(name, group string, change func(*types.AutoScalingGroupProvider)) error {
		in := &types.AutoScalingGroupProvider{AutoScalingGroupArn: &group}
		if change != nil {
			change(in)
		}
		_, err := s.CreateCapacityProvider(ctx, &sdk.CreateCapacityProviderInput{Name: &name, AutoScalingGroupProvider: in})
		return err
	}
	if err := create("mine", "taken", nil); err != nil {
		t.Fatal(err)
	}
	protects := func(status types.ManagedScalingStatus) func(p *types.AutoScalingGroupProvider) {
		return func(p *types.AutoScalingGroupProvider) {
			p.ManagedTerminationProtection, p.ManagedScaling = types.ManagedTerminationProtectionEnabled, &types.ManagedScaling{Status: status}
		}
	}
	steps := func(p *types.AutoScalingGroupProvider) {
		p.ManagedScaling = &types.ManagedScaling{MinimumScalingStepSize: aws.Int32(5), MaximumScalingStepSize: aws.Int32(4)}
	}
	const invalid = "The managed termination protection setting for the capacity provider is invalid. To enable managed termination protection for a capacity provider, "
	for _, c := range []struct {
		name, group   string
		change        func(*types.AutoScalingGroupProvider)
		code, message string
	}{
		{"mine", "spare", nil, "ClientException", "The specified capacity provider already exists. To change the configuration of an existing capacity provider, update the capacity provider."},
		{"AWSmine", "spare", nil, "InvalidParameterException", `The specified capacity provider name is invalid. Up to 255 characters are allowed, including letters (upper and lowercase), numbers, underscores, and hyphens. The name cannot be prefixed with "aws", "ecs", or "fargate". Specify a valid name and try again.`},
		{"other", "taken", nil, "ClientException", "The specified Auto Scaling group ARN is already being used by another capacity provider. Specify a unique Auto Scaling group ARN and try again."},
		{"other", "nope", nil, "ClientException", "The specified Auto Scaling group ARN is invalid. Specify a valid Auto Scaling group ARN and try again."},
		{"other", "spare", protects(types.ManagedScalingStatusEnabled), "ClientException", invalid + "the Auto Scaling group must have instance protection from scale in enabled."},
		{"other", "spare", protects(types.ManagedScalingStatusDisabled), "ClientException", invalid + "enable managed scaling for the capacity provider."},
		{"other", "spare", steps, "ClientException", "The minimum or maximum scaling step size value is invalid. Specify a minimum scaling step size value that is less than or equal to the maximum scaling step size value and try again."},
	} {
		refused(t, create(c.name, c.group, c.change), c.code, c.message)
	}
}

func TestInstancesBelongToTheProviderOfTheirGroup(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop")
	s.addGroup(t, "spare", false)
	must[*sdk.CreateCapacityProviderOutput](t)(s.CreateCapacityProvider(ctx, &sdk.CreateCapacityProviderInput{
		Name: aws.String("mine"), AutoScalingGroupProvider: &types.AutoScalingGroupProvider{AutoScalingGroupArn: aws.String("spare"), ManagedDraining: types.ManagedDrainingDisabled},
	}))
	id := testScope.ContainerInstance("shop", arn.NewID())
	s.update(t, func(tx *store.Tx) {
		ec2.PutInstance(tx, &ec2.Instance{Scope: testScope, ID: "i-1", Group: "spare"})
		state.PutContainerInstance(tx, &state.ContainerInstance{ARN: id, EC2InstanceID: "i-1", Status: state.InstanceActive}, time.Now())
	})
	for _, names := range [][]string{{"mine"}, {}} {
		must[*sdk.PutClusterCapacityProvidersOutput](t)(s.PutClusterCapacityProviders(ctx, &sdk.PutClusterCapacityProvidersInput{
			Cluster: aws.String("shop"), CapacityProviders: names, DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
		}))
		shown := must[*sdk.DescribeContainerInstancesOutput](t)(s.DescribeContainerInstances(ctx, &sdk.DescribeContainerInstancesInput{Cluster: aws.String("shop"), ContainerInstances: []string{id}}))
		if got := aws.ToString(shown.ContainerInstances[0].CapacityProviderName); got != strings.Join(names, "") {
			t.Errorf("with the providers %v the instance belongs to %q", names, got)
		}
	}
}

// TestAnInstanceRegisteredByHandBelongsToTheProviderOfItsGroup, and still does when its agent registers again.
func TestAnInstanceRegisteredByHandBelongsToTheProviderOfItsGroup(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop")
	s.addGroup(t, "spare", false)
	s.createProvider(t, "mine", "spare")
	s.update(t, func(tx *store.Tx) {
		ec2.PutInstance(tx, &ec2.Instance{Scope: testScope, ID: "i-0123456789abcdef0", Group: "spare"})
	})
	must[*sdk.PutClusterCapacityProvidersOutput](t)(s.PutClusterCapacityProviders(ctx, &sdk.PutClusterCapacityProvidersInput{
		Cluster: aws.String("shop"), CapacityProviders: []string{"mine"}, DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
	}))
	first := s.registerInstance(t, nil)
	again := s.registerInstance(t, func(in *sdk.RegisterContainerInstanceInput) { in.ContainerInstanceArn = first.ContainerInstanceArn })
	for _, shown := range []*types.ContainerInstance{first, again} {
		if got := aws.ToString(shown.CapacityProviderName); got != "mine" {
			t.Errorf("the instance belongs to %q", got)
		}
	}
}

// TestAClusterMadeAgainRemovesWhatTheDeletedOneAttached: its name may be used before the groups have been seen to.
func TestAClusterMadeAgainRemovesWhatTheDeletedOneAttached(t *testing.T) {
	s := newServer(t)
	s.addGroup(t, "spare", false)
	s.createProvider(t, "mine", "spare")
	create := func(providers ...string) {
		t.Helper()
		must[*sdk.CreateClusterOutput](t)(s.CreateCluster(ctx, &sdk.CreateClusterInput{ClusterName: aws.String("shop"), CapacityProviders: providers}))
	}
	attachments := func() []ourtypes.Attachment {
		return state.Clusters.Get(s.store.Read(), testScope.Cluster("shop")).Attachments
	}
	create("mine")
	before := attachments()
	if _, err := s.DeleteCluster(ctx, &sdk.DeleteClusterInput{Cluster: aws.String("shop")}); err != nil {
		t.Fatal(err)
	}
	create()
	after := attachments()
	if len(before) != 1 || len(after) != 1 || *after[0].Id != *before[0].Id || *after[0].Status != "DELETING" {
		t.Errorf("attached by the deleted cluster %+v, now %+v", before, after)
	}
}

// TestAGroupMadeAgainIsAnotherOne, which can have a provider of its own: the old provider's is gone.
func TestAGroupMadeAgainIsAnotherOne(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop")
	gone := s.addGroup(t, "spare", false)
	s.createProvider(t, "old", "spare")
	s.update(t, func(tx *store.Tx) {
		autoscaling.DeleteGroup(tx, autoscaling.FindGroup(tx, testScope, gone.Name), time.Now())
	})
	s.addGroup(t, "spare", false)
	s.createProvider(t, "new", "spare")
	id := testScope.ContainerInstance("shop", arn.NewID())
	s.update(t, func(tx *store.Tx) {
		ec2.PutInstance(tx, &ec2.Instance{Scope: testScope, ID: "i-1", Group: "spare"})
		state.PutContainerInstance(tx, &state.ContainerInstance{ARN: id, EC2InstanceID: "i-1", Status: state.InstanceActive}, time.Now())
	})
	must[*sdk.PutClusterCapacityProvidersOutput](t)(s.PutClusterCapacityProviders(ctx, &sdk.PutClusterCapacityProvidersInput{
		Cluster: aws.String("shop"), CapacityProviders: []string{"new", "old"}, DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
	}))
	if got := s.describeInstance(t, &id).CapacityProviderName; aws.ToString(got) != "new" {
		t.Errorf("the instance belongs to %q", aws.ToString(got))
	}
}

// createProvider makes a capacity provider of a group, with managed scaling.
func (s *server) createProvider(t *testing.T, name, group string) {
	t.Helper()
	must[*sdk.CreateCapacityProviderOutput](t)(s.CreateCapacityProvider(ctx, &sdk.CreateCapacityProviderInput{
		Name: &name, AutoScalingGroupProvider: &types.AutoScalingGroupProvider{
			AutoScalingGroupArn: &group, ManagedScaling: &types.ManagedScaling{}, ManagedDraining: types.ManagedDrainingDisabled,
		},
	}))
}
