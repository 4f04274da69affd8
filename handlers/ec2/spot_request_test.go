package ec2_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// runSpot launches Spot Instances.
func runSpot(count int32, options *types.SpotMarketOptions) *sdk.RunInstancesInput {
	in := run(count)
	in.InstanceMarketOptions = &types.InstanceMarketOptionsRequest{MarketType: types.MarketTypeSpot, SpotOptions: options}
	return in
}

// spotRequest describes the only request that a filter finds.
func (s *server) spotRequest(t *testing.T, filter, value string) types.SpotInstanceRequest {
	t.Helper()
	found := must[*sdk.DescribeSpotInstanceRequestsOutput](t)(s.DescribeSpotInstanceRequests(ctx, &sdk.DescribeSpotInstanceRequestsInput{
		Filters: []types.Filter{{Name: &filter, Values: []string{value}}},
	})).SpotInstanceRequests
	if len(found) != 1 {
		t.Fatalf("%d requests with %s %s", len(found), filter, value)
	}
	return found[0]
}

// expectRequest compares state and status code of a request.
func (s *server) expectRequest(t *testing.T, id string, want types.SpotInstanceState, code string) {
	t.Helper()
	if r := s.spotRequest(t, "spot-instance-request-id", id); r.State != want || *r.Status.Code != code {
		t.Errorf("the request is %s, %s, want %s, %s", r.State, *r.Status.Code, want, code)
	}
}

func TestASpotInstance(t *testing.T) {
	s := newServer(t)
	in := runSpot(2, &types.SpotMarketOptions{MaxPrice: aws.String("0.01"), SpotInstanceType: types.SpotInstanceTypeOneTime})
	in.TagSpecifications = []types.TagSpecification{{ResourceType: "spot-instances-request", Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("web")}}}}
	launched := s.run(t, in).Instances
	s.run(t, run(1))
	s.settle(t)
	one, other := launched[0], launched[1]
	if one.InstanceLifecycle != types.InstanceLifecycleTypeSpot || *one.SpotInstanceRequestId == *other.SpotInstanceRequestId {
		t.Errorf("launched %s %s, %s", one.InstanceLifecycle, *one.SpotInstanceRequestId, *other.SpotInstanceRequestId)
	}
	spot := must[*sdk.DescribeInstancesOutput](t)(s.DescribeInstances(ctx, &sdk.DescribeInstancesInput{
		Filters: []types.Filter{{Name: aws.String("instance-lifecycle"), Values: []string{"spot"}}},
	})).Reservations
	if len(spot) != 1 || len(spot[0].Instances) != 2 {
		t.Errorf("found %+v", spot)
	}
	r := s.spotRequest(t, "instance-id", *one.InstanceId)
	if *r.SpotPrice != "0.01" || r.Type != "one-time" || r.InstanceInterruptionBehavior != "terminate" || *r.Tags[0].Value != "web" ||
		r.LaunchSpecification.InstanceType != "t3.micro" || *r.SpotInstanceRequestId != *one.SpotInstanceRequestId {
		t.Errorf("request %+v", r)
	}
	s.expectRequest(t, *one.SpotInstanceRequestId, "active", "fulfilled")

	ids := []string{*one.InstanceId}
	_, err := s.StopInstances(ctx, &sdk.StopInstancesInput{InstanceIds: ids})
	refused(t, err, "UnsupportedOperation", "You can't stop the Spot Instance '"+ids[0]+"' because it is associated with a one-time Spot Instance request. "+
		"You can only stop Spot Instances associated with persistent Spot Instance requests.")
	cancelled := must[*sdk.CancelSpotInstanceRequestsOutput](t)(s.CancelSpotInstanceRequests(ctx, &sdk.CancelSpotInstanceRequestsInput{
		SpotInstanceRequestIds: []string{*one.SpotInstanceRequestId},
	})).CancelledSpotInstanceRequests
	if len(cancelled) != 1 || cancelled[0].State != "cancelled" || s.one(t, ids[0]).State.Name != "running" {
		t.Errorf("cancelled: %+v", cancelled)
	}
	s.expectRequest(t, *one.SpotInstanceRequestId, "cancelled", "request-canceled-and-instance-running")
	must[*sdk.TerminateInstancesOutput](t)(s.TerminateInstances(ctx, &sdk.TerminateInstancesInput{InstanceIds: ids}))
	s.expectRequest(t, *one.SpotInstanceRequestId, "cancelled", "instance-terminated-by-user")

	interrupt := func(change func(i *ec2.Instance) *ec2.Instance) {
		t.Helper()
		if err := s.store.Update(func(tx *store.Tx) error {
			ec2.PutInstance(tx, change(ec2.FindInstance(tx, scope, *other.InstanceId)))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	interrupt(func(i *ec2.Instance) *ec2.Instance { marked := *i; marked.NoticeAt = time.Now(); return &marked })
	s.expectRequest(t, *other.SpotInstanceRequestId, "active", "marked-for-termination")
	interrupt(func(i *ec2.Instance) *ec2.Instance { return i.Want("terminated", ec2.SpotInterruption, time.Now()) })
	s.expectRequest(t, *other.SpotInstanceRequestId, "closed", "instance-terminated-no-capacity")
	if i := s.one(t, *other.InstanceId); *i.StateReason.Code != "Server.SpotInstanceTermination" {
		t.Errorf("it ends for %+v", i.StateReason)
	}
}

func TestALaunchTemplateAsksForSpotInstances(t *testing.T) {
	s := newServer(t)
	_, err := s.CreateLaunchTemplate(ctx, &sdk.CreateLaunchTemplateInput{LaunchTemplateName: aws.String("spot"), LaunchTemplateData: &types.RequestLaunchTemplateData{
		ImageId: &image, InstanceType: "t3.micro", InstanceMarketOptions: &types.LaunchTemplateInstanceMarketOptionsRequest{MarketType: "spot"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	launched := s.run(t, &sdk.RunInstancesInput{
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1), LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("spot")},
	}).Instances[0]
	if r := s.spotRequest(t, "spot-instance-request-id", *launched.SpotInstanceRequestId); r.SpotPrice != nil || launched.InstanceLifecycle != "spot" {
		t.Errorf("launched %+v by %+v", launched, r)
	}
}

func TestSpotInstancesThatCannotBe(t *testing.T) {
	s := newServer(t)
	for want, options := range map[string]types.SpotMarketOptions{
		"UnsupportedOperation: ecs-emulator does not support Spot Instances with the InstanceInterruptionBehavior hibernate":                        {InstanceInterruptionBehavior: "hibernate"},
		"UnsupportedOperation: ecs-emulator does not support Spot Instances with the InstanceInterruptionBehavior stop":                             {InstanceInterruptionBehavior: "stop", SpotInstanceType: "persistent"},
		"InvalidParameterCombination: The request with type 'persistent' is not supported when instanceInterruptionBehavior is set to 'terminate'.": {SpotInstanceType: "persistent"},
		"UnsupportedOperation: ecs-emulator does not support ValidUntil, which is for persistent Spot Instance requests":                            {ValidUntil: aws.Time(time.Now())},
		"UnsupportedOperation: ecs-emulator does not support BlockDurationMinutes of Spot Instances":                                                {BlockDurationMinutes: aws.Int32(60)},
		"InvalidParameterValue: Value (cheap) for parameter price is invalid.":                                                                      {MaxPrice: aws.String("cheap")},
		"InvalidParameterValue: Value (inf) for parameter price is invalid.":                                                                        {MaxPrice: aws.String("inf")},
		"InvalidParameterValue: Value (0x1p-2) for parameter price is invalid.":                                                                     {MaxPrice: aws.String("0x1p-2")},
		"InvalidParameterValue: Value (0.0) for parameter price is invalid.":                                                                        {MaxPrice: aws.String("0.0")},
		"InvalidParameterValue: Value (forever) for parameter spotInstanceType is invalid.":                                                         {SpotInstanceType: "forever"},
		"InvalidParameterValue: Value (-1) for parameter price is invalid.":                                                                         {MaxPrice: aws.String("-1")},
	} {
		_, err := s.RunInstances(ctx, runSpot(1, &options))
		code, message, _ := strings.Cut(want, ": ")
		refused(t, err, code, message)
	}
	_, err := s.CancelSpotInstanceRequests(ctx, &sdk.CancelSpotInstanceRequestsInput{SpotInstanceRequestIds: []string{"sir-0123456789abcdef0"}})
	refused(t, err, "InvalidSpotInstanceRequestID.NotFound", "The spot instance request ID 'sir-0123456789abcdef0' does not exist")
	_, err = s.DescribeSpotInstanceRequests(ctx, &sdk.DescribeSpotInstanceRequestsInput{SpotInstanceRequestIds: []string{"sir-0123456789abcdef0"}})
	refused(t, err, "InvalidSpotInstanceRequestID.NotFound", "The spot instance request ID 'sir-0123456789abcdef0' does not exist")
}
