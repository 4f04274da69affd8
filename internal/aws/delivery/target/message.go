package target

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

func sqsOperation(name string) apiclient.Operation {
	return apiclient.Operation{Service: "SQS", Signed: "sqs", Target: "AmazonSQS", JSON10: true, Name: name, Codec: wire.AsIs}
}

var (
	getQueueURL = sqsOperation("GetQueueUrl")
	sendMessage = sqsOperation("SendMessage")
	publish     = apiclient.Operation{Service: "SNS", Signed: "sns", Version: "2010-03-31", Name: "Publish", Codec: wire.AsIs}
)

const sqsTitle = "AmazonSQS"

type message struct {
	QueueUrl          *string
	MessageBody       *string
	MessageGroupId    *string
	MessageAttributes map[string]attribute
	// MessageDeduplicationId keeps a queue that is FIFO from taking a message twice.
	MessageDeduplicationId *string
}

// attribute of a message that is text.
type attribute struct{ DataType, StringValue *string }

// sendMessage sends an input to a queue. One that is empty is refused there, and was not seen in a dead-letter queue
// (recorded answers): it is tried again.
func (t *Targets) sendMessage(ctx context.Context, as apiclient.Principal, d *delivery.Delivery, body string) delivery.Outcome {
	m := message{MessageBody: &body}
	if d.MessageGroupID != "" {
		m.MessageGroupId, m.MessageDeduplicationId = &d.MessageGroupID, &d.ID
	}
	got := failed(t.enqueue(ctx, as, d.TargetARN, m), sqsTitle)
	if body == "" && got.Code == codeInvalid {
		got.Result = delivery.Retry
	}
	return got
}

// enqueue sends a message to a queue by its ARN.
func (t *Targets) enqueue(ctx context.Context, as apiclient.Principal, queue string, m message) error {
	known, found := t.queues.Load(queue)
	if !found {
		var out struct{ QueueUrl *string }
		in := struct{ QueueName, QueueOwnerAWSAccountId *string }{new(lastPart(queue)), new(arn.ScopeOf(queue).Account)}
		if err := t.Client.Do(ctx, as, getQueueURL, &in, &out); err != nil {
			return err
		}
		known = aws.ToString(out.QueueUrl)
	}
	m.QueueUrl = new(known.(string))
	if err := t.Client.Do(ctx, as, sendMessage, &m, nil); err != nil {
		t.queues.Delete(queue)
		return err
	}
	t.queues.Store(queue, known)
	return nil
}

// publish publishes an input to a topic.
func (t *Targets) publish(ctx context.Context, as apiclient.Principal, d *delivery.Delivery, body string) delivery.Outcome {
	in := struct{ TopicArn, Message, Subject *string }{TopicArn: &d.TargetARN, Message: &body}
	if d.Subject != "" {
		in.Subject = &d.Subject
	}
	return failed(t.Client.Do(ctx, as, publish, &in, nil), "AmazonSNS")
}
