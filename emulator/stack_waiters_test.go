package emulator_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// Each waiter of the SDK that is about stacks and change sets ends, and paginators find all.
func TestWaitersOfStacks(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Engine: "sim"})
	stacks, ctx := cloudformation.NewFromConfig(w.srv.Config()), t.Context()
	template := func(days string) *string {
		return aws.String(`{"Resources":{"Group":{"Type":"AWS::Logs::LogGroup","Properties":{"RetentionInDays":` + days + `}}},
			"Outputs":{"Group":{"Value":{"Ref":"Group"},"Export":{"Name":"group"}}}}`)
	}
	web := aws.String("web")
	described := &cloudformation.DescribeStacksInput{StackName: web}
	_, err := stacks.CreateChangeSet(ctx, &cloudformation.CreateChangeSetInput{
		StackName: web, ChangeSetName: aws.String("first"), ChangeSetType: cfn.ChangeSetTypeCreate, TemplateBody: template("7"),
	})
	w.must(err)
	w.must(cloudformation.NewStackExistsWaiter(stacks).Wait(ctx, described, time.Minute))
	first := &cloudformation.DescribeChangeSetInput{StackName: web, ChangeSetName: aws.String("first")}
	w.must(cloudformation.NewChangeSetCreateCompleteWaiter(stacks).Wait(ctx, first, time.Minute))
	_, err = stacks.ExecuteChangeSet(ctx, &cloudformation.ExecuteChangeSetInput{StackName: web, ChangeSetName: aws.String("first")})
	w.must(err)
	w.must(cloudformation.NewStackCreateCompleteWaiter(stacks, func(o *cloudformation.StackCreateCompleteWaiterOptions) {
		o.MinDelay = time.Millisecond
	}).Wait(ctx, described, time.Minute))
	_, err = stacks.UpdateStack(ctx, &cloudformation.UpdateStackInput{StackName: web, TemplateBody: template("14")})
	w.must(err)
	w.must(cloudformation.NewStackUpdateCompleteWaiter(stacks, func(o *cloudformation.StackUpdateCompleteWaiterOptions) {
		o.MinDelay = time.Millisecond
	}).Wait(ctx, described, time.Minute))

	events := 0
	for p := cloudformation.NewDescribeStackEventsPaginator(stacks, &cloudformation.DescribeStackEventsInput{StackName: web}); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		w.must(err)
		events += len(page.StackEvents)
	}
	exports, err := cloudformation.NewListExportsPaginator(stacks, &cloudformation.ListExportsInput{}).NextPage(ctx)
	w.must(err)
	if events != 11 || len(exports.Exports) != 1 { // of a review, a create and an update
		t.Errorf("%d events, and exports %+v", events, exports.Exports)
	}
	_, err = stacks.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: web})
	w.must(err)
	w.must(cloudformation.NewStackDeleteCompleteWaiter(stacks, func(o *cloudformation.StackDeleteCompleteWaiterOptions) {
		o.MinDelay = time.Millisecond
	}).Wait(ctx, described, time.Minute))
}
