package servicecause

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// routes say which gateways do not lead to the service as is asked, and for which the deployment waits.
func (q *question) routes() (answers []why.Answer) {
	for i := range q.shown.GatewayRoutes {
		r := &q.shown.GatewayRoutes[i]
		at := q.service.Primary().CreatedAt
		if row := gateway.FindRoute(q.Tx, r.ARN); row != nil {
			at = row.UpdatedAt
		}
		answer := why.Answer{At: at, Evidence: []why.Evidence{{At: at, Text: "gateway route " + r.ARN + " is " + r.Status}}}
		switch {
		case r.Failed():
			answer.Cause = why.ResourceFailed
			answer.Sentence = fmt.Sprintf("The route of gateway %s to %s is %s: %s.", r.Gateway, q.name(), r.Status, strings.TrimSuffix(r.Reason, "."))
			answer.Next = "Correct what the reason names, and call UpdateService with the connector again."
		case q.service.Primary().Revision.AwaitsGateway() && strings.HasSuffix(r.Status, "_IN_PROGRESS"):
			answer.Cause = why.ResourceWaits
			answer.Sentence = fmt.Sprintf("%s waits for its route of gateway %s, which is %s.", phrase.Upper(q.name()), r.Gateway, r.Status)
			answer.Next = "Wait."
		default:
			continue
		}
		answers = append(answers, answer)
	}
	return answers
}
