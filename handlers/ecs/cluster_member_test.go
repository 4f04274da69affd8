package ecs_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// otherAccount has a cluster, a service and a task of the same names.
const otherAccount = "999999999999"

// elsewhere is the ARN of the same in the other account.
func elsewhere(arn string) string { return strings.Replace(arn, testAccount, otherAccount, 1) }

// An ARN of another account, partition or service acts neither on what the caller has
// under the same name nor on what the other has.
func TestARNsOfOthersActOnNothing(t *testing.T) {
	s := newServer(t)
	id := strings.Repeat("0", 32)
	others := testScope
	others.Account = otherAccount
	s.update(t, func(tx *store.Tx) {
		for _, scope := range []struct{ cluster, task string }{
			{testScope.Cluster("shop"), testScope.Task("shop", id)}, {others.Cluster("shop"), others.Task("shop", id)},
		} {
			state.Clusters.Put(tx, &state.Cluster{ARN: scope.cluster, Name: "shop", Status: "ACTIVE"})
			state.AddTask(tx, &state.Task{ARN: scope.task, Spec: &state.TaskSpec{ClusterARN: scope.cluster}, Placement: &state.Placement{},
				Status: state.TaskStatus{LastStatus: state.Running}})
		}
		state.PutService(tx, newService("shop", "web"))
	})
	shop := aws.String("shop")
	for change, message := range map[string]string{
		testAccount + ">" + otherAccount: "Identifier is for " + otherAccount + ". Your accountId is " + testAccount,
		"arn:aws:>arn:aws-cn:":           "Invalid Partition in ARN",
		":ecs:>:s3:":                     "Invalid Service in ARN",
		testRegion + ">us-east-1":        "Invalid Region in ARN",
	} {
		from, to, _ := strings.Cut(change, ">")
		foreign := func(arn string) string { return strings.Replace(arn, from, to, 1) }
		task, service := foreign(testScope.Task("shop", id)), foreign(testScope.Service("shop", "web"))
		for _, call := range []func() error{
			func() error {
				_, err := s.DescribeTasks(ctx, &sdk.DescribeTasksInput{Cluster: shop, Tasks: []string{task}})
				return err
			},
			func() error {
				_, err := s.StopTask(ctx, &sdk.StopTaskInput{Cluster: shop, Task: &task})
				return err
			},
			func() error {
				_, err := s.DescribeServices(ctx, &sdk.DescribeServicesInput{Cluster: shop, Services: []string{service}})
				return err
			},
			func() error {
				_, err := s.UpdateService(ctx, &sdk.UpdateServiceInput{Cluster: shop, Service: &service, DesiredCount: aws.Int32(0)})
				return err
			},
			func() error {
				_, err := s.DeleteService(ctx, &sdk.DeleteServiceInput{Cluster: shop, Service: &service, Force: aws.Bool(true)})
				return err
			},
			func() error {
				_, err := s.ListTasks(ctx, &sdk.ListTasksInput{Cluster: shop, ServiceName: &service})
				return err
			},
		} {
			refused(t, call(), "InvalidParameterException", message)
		}
	}
	out := must[*sdk.DescribeTasksOutput](t)(s.DescribeTasks(ctx, &sdk.DescribeTasksInput{Cluster: shop, Tasks: []string{id}}))
	if *out.Tasks[0].DesiredStatus != "RUNNING" {
		t.Errorf("the ARN of another account stopped the task: %+v", out.Tasks[0])
	}
	_, err := s.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: aws.String(others.Task("shop", id)), Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}})
	refused(t, err, "InvalidParameterException", "The specified task is not found.")
}
