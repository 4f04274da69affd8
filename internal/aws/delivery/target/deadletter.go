package target

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/targetinput"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Bury sends the dead letter of a delivery to its queue. The error says that there is no way to the queue, or why it has
// not taken the letter.
func (t *Targets) Bury(ctx context.Context, d *delivery.Delivery, l *delivery.DeadLetter) error {
	if err := t.Way(d.DeadLetterARN); err != nil {
		return err
	}
	body := d.Body
	if d.FromSchedule {
		body = targetinput.Attempt(body, l.Retries+1)
	}
	if t.Functions.Has(d.DeadLetterARN) {
		return t.Functions.Deliver(ctx, d.DeadLetterARN, []byte(body))
	}
	m := message{MessageBody: &body, MessageAttributes: map[string]attribute{}}
	for name, value := range attributes(d, l) {
		if value != "" {
			m.MessageAttributes[name] = attribute{new("String"), &value}
		}
	}
	as := apiclient.Root(d.Scope).In(arn.ScopeOf(d.DeadLetterARN).Region)
	if err := t.enqueue(ctx, as, d.DeadLetterARN, m); err != nil {
		return fmt.Errorf("send to %s: %w", d.DeadLetterARN, err)
	}
	return nil
}

// attributes of a dead letter. Source: recorded answers for rules; EventBridge Scheduler user guide, dead-letter
// queue.
func attributes(d *delivery.Delivery, l *delivery.DeadLetter) map[string]string {
	of := map[string]string{
		"ERROR_CODE": l.Code, "ERROR_MESSAGE": l.Message, "TARGET_ARN": d.TargetARN, "EXHAUSTED_RETRY_CONDITION": string(l.Exhausted),
	}
	if d.FromSchedule {
		of["SCHEDULE_ARN"], of["EXECUTION_ID"] = d.Source, d.ID
		of["SCHEDULED_TIME"] = d.DueAt.UTC().Format(time.RFC3339)
		of["IS_PAYLOAD_TRUNCATED"] = "false"
		of["RETRY_ATTEMPTS"] = strconv.Itoa(l.Retries)
		return of
	}
	of["RULE_ARN"] = d.Source
	if l.Exhausted != "" { // what is final at once has none
		of["RETRY_ATTEMPTS"] = strconv.Itoa(l.Retries)
	}
	return of
}
