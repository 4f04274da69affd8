package applicationautoscaling_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"

	"github.com/ecs-emulator/ecs-emulator/handlers/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Source: Service Authorization Reference, AWS Application Auto Scaling.
func TestWhatRequestsAsk(t *testing.T) {
	const (
		web    = `"ServiceNamespace":"ecs","ResourceId":"service/default/web","ScalableDimension":"ecs:service:DesiredCount"`
		keys   = " application-autoscaling:scalable-dimension=ecs:service:DesiredCount application-autoscaling:service-namespace=ecs"
		made   = `"ServiceNamespace":"ecs","ResourceId":"service/default/made","ScalableDimension":"ecs:service:DesiredCount"`
		target = `"ResourceARN":"arn:aws:application-autoscaling:us-east-1:111122223333:scalable-target/1"`
		tagged = " aws:requesttag/team=red aws:tagkeys=Team"
	)
	s := newScene(t)
	s.update(func(tx *store.Tx) {
		rows.Targets.Put(tx, &rows.Target{
			Scope: arn.Scope{Region: "us-east-1", Account: "111122223333"}, ID: "0ec51", Namespace: types.ServiceNamespaceEcs, Resource: "service/default/made", Dimension: types.ScalableDimensionECSServiceDesiredCount,
		})
	})
	service := applicationautoscaling.New(s.store, time.Now).Service()
	apitest.Access(t, service)
	table := []apitest.Request{
		apitest.Ask("RegisterScalableTarget", `{`+web+`}`, "application-autoscaling:RegisterScalableTarget scalable-target/*"+keys),
		apitest.Ask("RegisterScalableTarget", `{`+web+`,"Tags":{"Team":"red"},"RoleARN":"arn:aws:iam::111122223333:role/scaling"}`,
			"application-autoscaling:RegisterScalableTarget scalable-target/*"+keys+tagged,
			"application-autoscaling:TagResource scalable-target/*"+keys+tagged,
			"iam:PassRole arn:aws:iam::111122223333:role/scaling iam:passedtoservice=application-autoscaling.amazonaws.com"),
		apitest.Ask("RegisterScalableTarget", `{`+made+`,"Tags":{"Team":"red"},"RoleARN":"arn:aws:iam::111122223333:role/scaling"}`,
			"application-autoscaling:RegisterScalableTarget scalable-target/0ec51"+keys+tagged,
			"application-autoscaling:TagResource scalable-target/0ec51"+keys+tagged,
			"iam:PassRole arn:aws:iam::111122223333:role/scaling iam:passedtoservice=application-autoscaling.amazonaws.com"),
		apitest.Ask("ListTagsForResource", `{`+target+`}`, "application-autoscaling:ListTagsForResource scalable-target/1"),
		apitest.Ask("TagResource", `{`+target+`,"Tags":{"Team":"red"}}`, "application-autoscaling:TagResource scalable-target/1"+tagged),
		apitest.Ask("UntagResource", `{`+target+`,"TagKeys":["Team"]}`, "application-autoscaling:UntagResource scalable-target/1 aws:tagkeys=Team"),
	}
	for _, operation := range []string{"DeregisterScalableTarget", "DeleteScalingPolicy", "DeleteScheduledAction", "PutScalingPolicy", "PutScheduledAction"} {
		table = append(table, apitest.Ask(operation, `{`+web+`}`, "application-autoscaling:"+operation+" scalable-target/*"+keys),
			apitest.Ask(operation, `{`+made+`}`, "application-autoscaling:"+operation+" scalable-target/0ec51"+keys))
	}
	apitest.AskedBy(t, service, table)
}

func TestTagsOfARNs(t *testing.T) {
	s := newScene(t, "web")
	apitest.OK(t, s.RegisterScalableTarget, &sdk.RegisterScalableTargetInput{
		ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension, MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(2),
		Tags: map[string]string{"Team": "red", "Cost": "1"},
	})
	api := applicationautoscaling.New(s.store, func() time.Time { return s.now })
	(&apitest.Scene{T: t, Scope: scope, Store: s.store}).TagsByARN(api.Service(), api, 1)
}

// The first scalable target of an account makes the linked role in the name of its caller (AC17).
func TestTheFirstTargetAsksForTheLinkedRole(t *testing.T) {
	s := newScene(t, "web")
	var asked []awsapi.Access
	refuse := true
	served := &apitest.Scene{T: t, Scope: scope, Store: s.store}
	served.Authorize = apitest.Each(func(_ context.Context, _ awsapi.Call, w awsapi.Access) error {
		if w.Action != "iam:CreateServiceLinkedRole" {
			return nil
		}
		if asked = append(asked, w); refuse {
			return &awsapi.Error{Code: "Refused", Message: w.Resource}
		}
		return nil
	})
	client := sdk.NewFromConfig(served.Serve(applicationautoscaling.New(s.store, func() time.Time { return s.now }).Service(), &promises))
	in := &sdk.RegisterScalableTargetInput{
		ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension, MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(2),
	}
	apitest.Refused(t, client.RegisterScalableTarget, in, "Refused", "arn:aws:iam::"+scope.Account+
		":role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService")
	refuse = false
	apitest.OK(t, client.RegisterScalableTarget, in)
	apitest.OK(t, client.RegisterScalableTarget, in)
	if len(asked) != 2 || apitest.Text(asked[1].Keys, "iam:awsservicename") != "ecs.application-autoscaling.amazonaws.com" {
		t.Errorf("asked for %+v", asked)
	}
}
