package emulator_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const onSmallDisk = `{"Resources":{
	"Network":{"Type":"AWS::EC2::VPC","Properties":{"CidrBlock":"10.7.0.0/16"}},
	"Group":{"Type":"AWS::EC2::SecurityGroup","Properties":{"GroupDescription":"tasks","VpcId":{"Ref":"Network"}}},
	"Logs":{"Type":"AWS::Logs::LogGroup","Properties":{"RetentionInDays":7}},
	"Name":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String","Value":{"Ref":"Logs"}}}}}`

// TestStacksOnAFullDisk: while there is no room for each fourth write, stacks come and go, and nothing of them is made twice or left. Without
// room for any, requests fail and change nothing.
func TestStacksOnAFullDisk(t *testing.T) {
	t.Parallel()
	var writes, every atomic.Int64
	w := start(t, emulator.WithDisk(emulator.Options{DataDir: t.TempDir(), OnExit: emulator.Remove}, func() error {
		if n := every.Load(); n > 0 && writes.Add(1)%n == 0 {
			return errors.New("no space left on device")
		}
		return nil
	}))
	stacks := cloudformation.NewFromConfig(w.srv.Config(), func(o *cloudformation.Options) { o.Retryer = aws.NopRetryer{} })
	create := func(name string) error {
		_, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: &name, TemplateBody: aws.String(onSmallDisk)})
		return err
	}
	every.Store(1)
	if err := create("none"); err == nil {
		t.Error("a stack is made on a full disk")
	}
	every.Store(0)
	if all, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{}); err != nil || len(all.Stacks) > 0 {
		t.Errorf("there are %d stacks: %v", len(all.Stacks), err)
	}
	const few = 3
	for i := range few {
		w.ok(create(fmt.Sprint("shop-", i)))
	}
	every.Store(4)
	for i := range few {
		w.untilStack(stacks, fmt.Sprint("shop-", i), cfn.StackStatusCreateComplete)
	}
	w.expectFound(1+few, few)
	for i := range few {
		w.eventually("the delete is taken up", func() bool {
			_, err := stacks.DeleteStack(t.Context(), &cloudformation.DeleteStackInput{StackName: aws.String(fmt.Sprint("shop-", i))})
			return err == nil
		})
	}
	w.eventually("the stacks are gone", func() bool {
		all, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{})
		w.ok(err)
		for _, s := range all.Stacks {
			if s.StackStatus == cfn.StackStatusDeleteFailed {
				t.Fatalf("%s: %s", *s.StackName, aws.ToString(s.StackStatusReason))
			}
		}
		return len(all.Stacks) == 0
	})
	every.Store(0)
	w.expectFound(1, 0)
}

func (w *world) untilStack(stacks *cloudformation.Client, name string, want cfn.StackStatus) {
	w.Helper()
	w.eventually(name+" is "+string(want), func() bool {
		out, err := stacks.DescribeStacks(w.Context(), &cloudformation.DescribeStacksInput{StackName: &name})
		w.ok(err)
		got := out.Stacks[0].StackStatus
		if got != want && !strings.HasSuffix(string(got), "_IN_PROGRESS") {
			w.Fatalf("%s is %s: %s", name, got, aws.ToString(out.Stacks[0].StackStatusReason))
		}
		return got == want
	})
}

// expectFound expects so many VPCs, each with its security group, and so many other groups, log groups and parameters.
func (w *world) expectFound(networks, others int) {
	w.Helper()
	client := ec2.NewFromConfig(w.srv.Config())
	vpcs, err := client.DescribeVpcs(w.Context(), &ec2.DescribeVpcsInput{})
	w.ok(err)
	groups, err := client.DescribeSecurityGroups(w.Context(), &ec2.DescribeSecurityGroupsInput{})
	w.ok(err)
	logs, err := cloudwatchlogs.NewFromConfig(w.srv.Config()).DescribeLogGroups(w.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
	w.ok(err)
	parameters, err := ssm.NewFromConfig(w.srv.Config()).DescribeParameters(w.Context(), &ssm.DescribeParametersInput{})
	w.ok(err)
	got := [4]int{len(vpcs.Vpcs), len(groups.SecurityGroups), len(logs.LogGroups), len(parameters.Parameters)}
	if want := [4]int{networks, networks + others, others, others}; got != want {
		w.Errorf("there are %v VPCs, security groups, log groups and parameters, want %v", got, want)
	}
}
