package ssm

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// StartSession makes a session with a container of a task: a shell, or a port of it, or of a host that
// it reaches. Its client connects with the token of the answer.
func (a *API) StartSession(ctx context.Context, in *sdk.StartSessionInput) (*sdk.StartSessionOutput, error) {
	call := awsapi.FromContext(ctx)
	target, document := aws.ToString(in.Target), aws.ToString(in.DocumentName)
	if document == "" {
		document = ssmsession.RunShell
	}
	if err := allowStart(ctx, targetARN(call.Scope(), target), document); err != nil {
		return nil, err
	}
	t, c := ssmsession.FindTarget(a.read(), call.Scope(), target)
	forward, err := forwardOf(document, in.Parameters)
	if err != nil {
		return nil, err
	}
	if t == nil || ssmsession.Check(t, c) != nil {
		return nil, notConnected(target)
	}
	ticket, err := a.Sessions.Start(ssmsession.Request{
		ID: ssmsession.NewID(sessionName(call)), Scope: call.Scope(), Target: target, Document: document,
		Owner: call.Principal(), Reason: aws.ToString(in.Reason), TaskARN: t.ARN, Container: c.Name, Forward: forward,
	})
	if limit := (*ssmsession.LimitError)(nil); errors.As(err, &limit) { // ECS's words; Systems Manager's are not known
		return nil, &types.TargetNotConnected{Message: aws.String(limit.Error())}
	}
	if err != nil {
		return nil, notConnected(target)
	}
	return &sdk.StartSessionOutput{SessionId: &ticket.SessionID, TokenValue: &ticket.Token, StreamUrl: a.streamURL(call, ticket)}, nil
}

// ResumeSession gives a client that has lost its connection another token. A session that is over or
// unknown gets an empty one, by which the client knows: an error leaves AWS's plugin waiting in a
// terminal that it has not put back. Source: recorded-exec.md X13.
func (a *API) ResumeSession(ctx context.Context, in *sdk.ResumeSessionInput) (*sdk.ResumeSessionOutput, error) {
	call := awsapi.FromContext(ctx)
	if err := awsapi.Allow(ctx, "ssm:ResumeSession", sessionARN(call.Scope(), *in.SessionId), nil); err != nil {
		return nil, err
	}
	ticket, _ := a.Sessions.Resume(call.Scope(), *in.SessionId)
	return &sdk.ResumeSessionOutput{SessionId: in.SessionId, TokenValue: &ticket.Token, StreamUrl: a.streamURL(call, ssmsession.Ticket{SessionID: *in.SessionId})}, nil
}

// TerminateSession ends a session. That of one that is over is answered as well, as the plugin asks
// for it when it ends.
func (a *API) TerminateSession(ctx context.Context, in *sdk.TerminateSessionInput) (*sdk.TerminateSessionOutput, error) {
	scope := awsapi.CallScope(ctx)
	if err := awsapi.Allow(ctx, "ssm:TerminateSession", sessionARN(scope, *in.SessionId), nil); err != nil {
		return nil, err
	}
	a.Sessions.Terminate(scope, *in.SessionId)
	return &sdk.TerminateSessionOutput{SessionId: in.SessionId}, nil
}

// GetConnectionStatus tells whether a container can have sessions.
func (a *API) GetConnectionStatus(ctx context.Context, in *sdk.GetConnectionStatusInput) (*sdk.GetConnectionStatusOutput, error) {
	scope := awsapi.CallScope(ctx)
	if err := awsapi.Allow(ctx, "ssm:GetConnectionStatus", targetARN(scope, *in.Target), nil); err != nil {
		return nil, err
	}
	t, c := ssmsession.FindTarget(a.read(), scope, *in.Target)
	status := types.ConnectionStatusNotConnected
	if t != nil && ssmsession.Check(t, c) == nil {
		status = types.ConnectionStatusConnected
	}
	return &sdk.GetConnectionStatusOutput{Target: in.Target, Status: status}, nil
}

func (a *API) streamURL(call awsapi.Call, ticket ssmsession.Ticket) *string {
	return aws.String(a.Sessions.StreamURL(call.Host, call.Secure, ticket.SessionID))
}

// notConnected is said of targets without sessions. Source: recorded-exec.md X9.
func notConnected(target string) error {
	return &types.TargetNotConnected{Message: awsapi.Textf("%s is not connected.", target)}
}

// allowStart asks for the target and the document. Source: recorded-exec.md X9; ECS developer guide, ECS
// Exec, which has the task as the resource of a target that is a container.
func allowStart(ctx context.Context, target, document string) error {
	for _, resource := range []string{target, documentARN(awsapi.CallScope(ctx), document)} {
		if err := awsapi.Allow(ctx, "ssm:StartSession", resource, nil); err != nil {
			return err
		}
	}
	return nil
}

// targetARN is the ARN of the task that a target names, whether it is there or not: a caller that is refused learns nothing of
// what exists (AC33). Of a target that names no task it is "*".
func targetARN(scope arn.Scope, target string) string {
	return cmp.Or(ssmsession.TaskOf(scope, target), "*")
}

// documentARN is the ARN of a document by its name, or the ARN as it is. AWS's own documents are of no
// account.
func documentARN(scope arn.Scope, document string) string {
	if strings.HasPrefix(document, "arn:") {
		return document
	}
	account := scope.Account
	if strings.HasPrefix(document, "AWS-") {
		account = ""
	}
	return "arn:" + scope.Partition() + ":ssm:" + scope.Region + ":" + account + ":document/" + document
}

func sessionARN(scope arn.Scope, id string) string {
	return "arn:" + scope.Partition() + ":ssm:" + scope.Region + ":" + scope.Account + ":session/" + id
}

// sessionName begins the id of a session: the name of the user or of the role's session.
func sessionName(call awsapi.Call) string {
	principal := call.Principal()
	return principal[strings.LastIndexAny(principal, ":/")+1:]
}
