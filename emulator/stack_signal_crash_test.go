package emulator_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestSignalsOutliveACrash: a wait condition goes on after its emulator was killed, with the signals that were answered before, and
// takes others at the same URL.
func TestSignalsOutliveACrash(t *testing.T) {
	t.Parallel()
	o := emulator.Options{Speed: emulator.Still, DataDir: t.TempDir()}
	w := start(t, o)
	client := cloudformation.NewFromConfig(w.srv.Config())
	_, err := client.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: aws.String("web"), TemplateBody: aws.String(`{"Resources": {
		"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
		"Condition": {"Type": "AWS::CloudFormation::WaitCondition", "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "600", "Count": 2}}},
		"Outputs": {"Data": {"Value": {"Fn::GetAtt": ["Condition", "Data"]}}}}`)})
	w.must(err)
	handle := ""
	w.eventually("the wait condition", func() bool {
		out, err := client.DescribeStackResources(t.Context(), &cloudformation.DescribeStackResourcesInput{StackName: aws.String("web")})
		w.must(err)
		for _, r := range out.StackResources {
			if *r.LogicalResourceId == "Handle" {
				handle = aws.ToString(r.PhysicalResourceId)
			}
		}
		return len(out.StackResources) == 2
	})
	send := func(id string) {
		t.Helper()
		u, err := url.Parse(handle)
		w.must(err)
		u.Host = strings.TrimPrefix(w.srv.URL(), "http://")
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, u.String(), strings.NewReader(`{"Status":"SUCCESS","UniqueId":"`+id+`","Data":"x"}`))
		w.must(err)
		answer, err := http.DefaultClient.Do(r)
		w.must(err)
		if _ = answer.Body.Close(); answer.StatusCode != http.StatusOK {
			t.Fatalf("%s is answered with %s", id, answer.Status)
		}
	}
	send("one")
	w.srv.Die()
	w = start(t, o)
	client = cloudformation.NewFromConfig(w.srv.Config())
	send("one")
	send("two")
	w.eventually("the stack", func() bool {
		out, err := client.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String("web")})
		w.must(err)
		s := out.Stacks[0]
		return s.StackStatus == types.StackStatusCreateComplete && aws.ToString(s.Outputs[0].OutputValue) == `{"one":"x","two":"x"}`
	})
}
