package awsapi_test

import (
	"context"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// A function of a row sees each thing that its templates make, or all of them, after those before it, and gives keys to that one
// alone.
func TestARowLooksOverWhatItsTemplatesMake(t *testing.T) {
	cages := awsapi.On("cage/1", "cage/2").Each(func(_ awsapi.Call, a *awsapi.Access) {
		a.Resource += "-north"
	}).Each(func(call awsapi.Call, a *awsapi.Access) {
		if a.Resource == "arn:aws:zoo:us-east-1:111122223333:cage/2-north" {
			a.Named = "cage 2 of " + call.Account
			a.Give("Zoo:Season", policy.Is("winter"))
		}
	}).Then(func(_ awsapi.Call, wants []awsapi.Access) {
		wants[0].Named = wants[1].Named + ", and the one before it"
	})
	run := func(_ context.Context, in *pet) (*pet, error) { return in, nil }
	service := awsapi.Service{
		Name: "zoo", ID: "Zoo", Protocol: awsapi.JSON{TargetPrefix: "Zoo"}, Access: awsapi.Rows{"Wash": cages},
		Operations: []awsapi.Operation{awsapi.Works("Wash", "", run)},
	}
	var asked []string
	h := service.Handler(awsapi.Options{Authorize: apitest.Each(func(_ context.Context, _ awsapi.Call, w awsapi.Access) error {
		asked = append(asked, w.Action+" "+w.Resource+" "+w.Named+" "+apitest.Text(w.Keys, "zoo:season"))
		return nil
	})})
	h.ServeHTTP(httptest.NewRecorder(), call(service.Protocol, "Wash"))
	want := []string{
		"zoo:Wash arn:aws:zoo:us-east-1:111122223333:cage/1-north cage 2 of 111122223333, and the one before it ",
		"zoo:Wash arn:aws:zoo:us-east-1:111122223333:cage/2-north cage 2 of 111122223333 winter",
	}
	if !slices.Equal(asked, want) {
		t.Errorf("asked\n%q, want\n%q", asked, want)
	}
}
