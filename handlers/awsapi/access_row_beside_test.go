package awsapi_test

import (
	"context"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

type birth struct {
	Kind, Mother *string
	Tags         []struct{ Key, Value *string }
}

// What is used has no tags of the request, and stands alone where the row makes no other resource.
func TestRowsOfWhatIsUsed(t *testing.T) {
	born := func(_ context.Context, in *birth) (*birth, error) { return in, nil }
	apitest.AskedBy(t, awsapi.Service{
		Name: "ec2", Protocol: awsapi.JSON{}, Operations: []awsapi.Operation{awsapi.Works("Born", "", born)},
		Access: awsapi.Rows{"Born": awsapi.On("{Kind}/*").Beside("mother/{Mother}").Tags("Tags").Also("ec2:CreateTags").Key("ec2:Region", "{region}")},
	}, []apitest.Request{
		apitest.Ask("Born", `{}`, "ec2:Born *"),
		apitest.Ask("Born", `{"Kind":"cub"}`, "ec2:Born cub/*"),
		apitest.Ask("Born", `{"Mother":"lion"}`, "ec2:Born mother/lion"),
		apitest.Ask("Born", `{"Kind":"cub","Mother":"lion","Tags":[{"Key":"A","Value":"1"}]}`,
			"ec2:Born cub/* aws:requesttag/a=1 aws:tagkeys=A",
			"ec2:Born mother/lion",
			"ec2:CreateTags cub/* aws:requesttag/a=1 aws:tagkeys=A ec2:createaction=Born"),
	}, "ec2:region")
}
