package check_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
)

// The innermost member that is at fault is named: also where the request would lack something without it.
func TestTheMemberAtFault(t *testing.T) {
	const service = `{"taskDefinition": "a", "desiredCount": 1, `
	for _, c := range []struct{ input, want string }{
		{`{"family": "a", "containerDefinitions": [{"name": "a b", "image": "a", "memory": 64}]}`, "containerDefinitions[0].name"},
		{`{"family": "a", "tags": [{"key": "aws:x", "value": "y"}], "containerDefinitions": [{"name": "a", "image": "a", "memory": 64}]}`, "tags[0].key"},
		{`{"family": "a", "tags": [], "containerDefinitions": [{"name": "a", "image": "a", "memory": 64}]}`, "tags"},
		{service + `"serviceName": "a b"}`, "serviceName"},
		{service + `"serviceName": "a", "role": "x"}`, "role"},
		{service + `"serviceName": "a", "clientToken": "0123456789012345678901234567890123456789"}`, "clientToken"},
		{service + `"serviceName": "a", "placementStrategy": [{"type": "random", "field": "x"}]}`, "placementStrategy[0].field"},
		{service + `"serviceName": "a", "placementStrategy": [{"type": "spread"}]}`, "placementStrategy[0]"},
		{
			service + `"serviceName": "a", "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true, "thresholdConfiguration": {"type": "COUNT", "value": 0}}}}`,
			"deploymentConfiguration.deploymentCircuitBreaker.thresholdConfiguration.value",
		},
		{
			service + `"serviceName": "a", "volumeConfigurations": [{"name": "a", "managedEBSVolume": {"sizeInGiB": 100000, "volumeType": "gp3", "roleArn": "arn:aws:iam::000000000000:role/a"}}]}`,
			"volumeConfigurations[0].managedEBSVolume.sizeInGiB",
		},
		{service + `"serviceName": "a", "launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": {"subnets": []}}}`, "networkConfiguration.awsvpcConfiguration.subnets"},
		{`{"clusterName": "a", "capacityProviders": ["FARGATE", "fargate-x"]}`, "capacityProviders[1]"},
		{`{"serviceName": "a", "taskDefinition": "a"}`, ""}, // which lacks a desired count
	} {
		var members []string
		for _, f := range (check.Options{}).Files([]check.File{{Name: "a.json", Text: []byte(c.input)}}) {
			if f.Effect == check.Refused {
				members = append(members, f.Member)
			}
		}
		if len(members) != 1 || members[0] != c.want {
			t.Errorf("%q; want %q of\n%s", members, c.want, c.input)
		}
	}
}
