package ecr

import (
	_ "embed"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
)

//go:embed model.json
var table []byte

// model is what the service model demands of requests.
var model = constraint.New(table, constraint.Style{First: refuse})

// namePattern stands in refusals of names. It is older than the model's, which lets more than one - and __ be (ECR0001.5).
const namePattern = "(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*"

// refuse tells the first demand that is not met. Demands on a length were recorded in 2026 (ECR-17), demands on
// a form earlier and with other words (ECR-3).
func refuse(member, demand string) error {
	if pattern, found := strings.CutPrefix(demand, "Member must satisfy regular expression pattern: "); found {
		if member == "repositoryName" {
			pattern = namePattern
		}
		demand = "must satisfy regular expression '" + pattern + "'"
	}
	return invalid(member, demand)
}
