package resourcegroupstaggingapi_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/resourcegroupstaggingapi"
)

func TestWhatRequestsAsk(t *testing.T) {
	service := resourcegroupstaggingapi.New(resourcegroupstaggingapi.Options{}).Service()
	apitest.Access(t, service)
	apitest.AskedBy(t, service, []apitest.Request{
		apitest.Ask("GetResources", `{"TagFilters":[{"Key":"Team"}]}`, "tag:GetResources *"),
		apitest.Ask("GetTagKeys", ``, "tag:GetTagKeys *"),
		apitest.Ask("GetTagValues", `{"Key":"Team"}`, "tag:GetTagValues *"),
	})
}
