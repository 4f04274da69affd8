package emulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// TestAStackThatIsWatchedSaysUntilWhen has an alarm that would roll it back, and then does.
func TestAStackThatIsWatchedSaysUntilWhen(t *testing.T) {
	t.Parallel()
	w := start(t)
	client, stacks := w.alarm("errors"), cloudformation.NewFromConfig(w.srv.Config())
	_, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: aws.String("shop"), TemplateBody: aws.String(`{"Resources":{"Group":{"Type":"AWS::Logs::LogGroup"}}}`),
		RollbackConfiguration: &cfntypes.RollbackConfiguration{MonitoringTimeInMinutes: aws.Int32(10), RollbackTriggers: []cfntypes.RollbackTrigger{{
			Arn: aws.String("arn:aws:cloudwatch:us-east-1:000000000000:alarm:errors"), Type: aws.String("AWS::CloudWatch::Alarm"),
		}}},
	})
	w.must(err)
	stack := ""
	w.eventually("it is watched", func() bool {
		r, err := w.srv.Why("")
		if err != nil || len(r.Answers) == 0 || r.Answers[0].Cause != string(why.BakeTime) {
			return false
		}
		stack = r.Answers[0].Of
		return true
	})
	w.expectWhy(stack, wanted{why.BakeTime, []string{"Stack shop has made all its resources, and watches alarm errors until "}, "advance the clock"})
	w.rings(client, "errors")
	w.eventually("it is rolled back", func() bool {
		r, err := w.srv.Why(stack)
		return err == nil && len(r.Answers) == 1 && strings.HasPrefix(r.Answers[0].Sentence, "Stack shop is ROLLBACK_COMPLETE: ")
	})
	w.expectWhy(stack, wanted{why.AlarmRollback, []string{"Rollback trigger arn:aws:cloudwatch:us-east-1:000000000000:alarm:errors is in the state ALARM."}, ""})
}

// hangingStack has a service whose image is a parameter.
const hangingStack = `{"Parameters":{"Image":{"Type":"String"}},"Resources":{
	"Task":{"Type":"AWS::ECS::TaskDefinition","Properties":{"Family":"web","RequiresCompatibilities":["FARGATE"],"NetworkMode":"awsvpc","Cpu":"256","Memory":"512",
		"ContainerDefinitions":[{"Name":"app","Image":{"Ref":"Image"},"Command":["sleep","86400"]}]}},
	"Web":{"Type":"AWS::ECS::Service","Properties":{"ServiceName":"web","TaskDefinition":{"Ref":"Task"},"DesiredCount":1,"LaunchType":"FARGATE",
		"NetworkConfiguration":{"AwsvpcConfiguration":{"Subnets":["subnet-0ec5e3a1a70000001"]}}}}}}`

func withImage(image string) []cfntypes.Parameter {
	return []cfntypes.Parameter{{ParameterKey: aws.String("Image"), ParameterValue: &image}}
}

// untilStackIs waits for a status of a stack, on a clock that does not.
func (w *world) untilStackIs(stacks *cloudformation.Client, id *string, status cfntypes.StackStatus) {
	w.Helper()
	w.eventually("the stack is "+string(status), func() bool {
		w.advance(5 * time.Second)
		out, err := stacks.DescribeStacks(w.Context(), &cloudformation.DescribeStacksInput{StackName: id})
		w.must(err)
		return out.Stacks[0].StackStatus == status
	})
}

// TestAStackThatTakesTooLongSaysForWhatItWaited, and why that was not ready.
func TestAStackThatTakesTooLongSaysForWhatItWaited(t *testing.T) {
	t.Parallel()
	w := start(t)
	stacks := cloudformation.NewFromConfig(w.srv.Config())
	made, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: aws.String("shop"), TemplateBody: aws.String(hangingStack), Parameters: withImage("shop/web:missing"), TimeoutInMinutes: aws.Int32(1),
	})
	w.must(err)
	w.untilStackIs(stacks, made.StackId, cfntypes.StackStatusRollbackComplete)
	w.expectWhy(*made.StackId, wanted{why.ResourceFailed, []string{"Stack shop is ROLLBACK_COMPLETE: ", ": Stack creation timed out."}, "Build it"})
	w.expectWhy(*made.StackId, wanted{why.ImageNotFound, []string{"Task ", " of service:web stopped at ", ": image shop/web:missing of container app does not exist."}, "Build it"})
}

// TestAStackThatFailedIsNotExplainedByWhatCameLater: the service has other trouble by now.
func TestAStackThatFailedIsNotExplainedByWhatCameLater(t *testing.T) {
	t.Parallel()
	w := start(t)
	stacks := cloudformation.NewFromConfig(w.srv.Config())
	breaks := strings.Replace(hangingStack, `"DesiredCount":1`, `"DesiredCount":1,"DeploymentConfiguration":{"DeploymentCircuitBreaker":{"Enable":true,"Rollback":true}}`, 1)
	made, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: aws.String("shop"), TemplateBody: &breaks, Parameters: withImage("shop/web:1")})
	w.must(err)
	w.untilStackIs(stacks, made.StackId, cfntypes.StackStatusCreateComplete)
	_, err = stacks.UpdateStack(t.Context(), &cloudformation.UpdateStackInput{StackName: made.StackId, UsePreviousTemplate: aws.Bool(true), Parameters: withImage("shop/web:missing")})
	w.must(err)
	w.untilStackIs(stacks, made.StackId, cfntypes.StackStatusUpdateRollbackComplete)
	w.expectWhy(*made.StackId, wanted{why.ImageNotFound, []string{": image shop/web:missing of container app does not exist."}, ""})

	w.update(&ecs.UpdateServiceInput{Service: aws.String("web"), TaskDefinition: aws.String(w.register("web", "web", "exit", "3"))})
	w.stoppedOf("web")
	w.eventually("the new tasks fail", func() bool {
		w.advance(time.Second)
		r, err := w.srv.Why("web")
		return err == nil && strings.Contains(fmt.Sprintf("%+v", r), "ended with code 3")
	})
	r, err := w.srv.Why(*made.StackId)
	w.must(err)
	if strings.Contains(fmt.Sprintf("%+v", r), "ended with code 3") {
		t.Errorf("the stack failed before that: %+v", r)
	}
	w.expectWhy(*made.StackId, wanted{why.ImageNotFound, []string{": image shop/web:missing of container app does not exist."}, ""})
}

// TestWhatEndsAStackIsNamed, and not the service that is not waited for any more when the alarm rings, or a caller gives up.
func TestWhatEndsAStackIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ends func(w *world, stacks *cloudformation.Client)
		want wanted
	}{
		"an alarm": {func(w *world, _ *cloudformation.Client) { w.rings(w.alarm("errors"), "errors") }, wanted{
			why.AlarmRollback, []string{"Stack shop is UPDATE_ROLLBACK_", ": Rollback trigger arn:aws:cloudwatch:us-east-1:000000000000:alarm:errors is in the state ALARM."}, "See what the alarm measures",
		}},
		"a caller": {func(w *world, stacks *cloudformation.Client) {
			_, err := stacks.CancelUpdateStack(w.Context(), &cloudformation.CancelUpdateStackInput{StackName: aws.String("shop")})
			w.must(err)
		}, wanted{why.UserStopped, []string{"Stack shop is UPDATE_ROLLBACK_", ": User Initiated."}, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.alarm("errors")
			stacks := cloudformation.NewFromConfig(w.srv.Config())
			made, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{
				StackName: aws.String("shop"), TemplateBody: aws.String(hangingStack), Parameters: withImage("shop/web:1"),
			})
			w.must(err)
			w.untilStackIs(stacks, made.StackId, cfntypes.StackStatusCreateComplete)
			_, err = stacks.UpdateStack(t.Context(), &cloudformation.UpdateStackInput{
				StackName: made.StackId, UsePreviousTemplate: aws.Bool(true), Parameters: withImage("shop/web:missing"),
				RollbackConfiguration: &cfntypes.RollbackConfiguration{RollbackTriggers: []cfntypes.RollbackTrigger{{
					Arn: aws.String("arn:aws:cloudwatch:us-east-1:000000000000:alarm:errors"), Type: aws.String("AWS::CloudWatch::Alarm"),
				}}},
			})
			w.must(err)
			w.eventually("it waits for the service", func() bool {
				r, err := w.srv.Why(*made.StackId)
				return err == nil && len(r.Answers) == 1 && strings.Contains(r.Answers[0].Sentence, "waits for Web (AWS::ECS::Service)")
			})
			c.ends(w, stacks)
			w.untilStackIs(stacks, made.StackId, cfntypes.StackStatusUpdateRollbackComplete)
			w.expectWhy(*made.StackId, c.want)
		})
	}
}
