package metadata

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	"github.com/gorilla/mux"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Protection is ECS as a task's role calls it. The context has the deadline of the agent. As
// those of the SDK do, errors of ECS tell the id of the request by a method ServiceRequestID.
type Protection interface {
	GetTaskProtection(ctx context.Context, taskARN string, in *ecs.GetTaskProtectionInput) (*ecs.GetTaskProtectionOutput, error)
	UpdateTaskProtection(ctx context.Context, taskARN string, in *ecs.UpdateTaskProtectionInput) (*ecs.UpdateTaskProtectionOutput, error)
}

// protectionTimeout is how long the agent waits for ECS. Source: amazon-ecs-agent.
const protectionTimeout = 4 * time.Second

// protectionAnswer has one of three members, and of an error of ECS the id of the request.
type protectionAnswer struct {
	RequestID  string             `json:"requestID,omitempty"`
	Protection *protection        `json:"protection,omitempty"`
	Failure    *protectionFailure `json:"failure,omitempty"`
	Error      *protectionError   `json:"error,omitempty"`
}

type protection struct {
	ExpirationDate    *time.Time
	ProtectionEnabled bool
	TaskARN           string `json:"TaskArn"`
}

type protectionFailure struct {
	ARN    string `json:"Arn"`
	Detail *string
	Reason string
}

type protectionError struct {
	ARN     string `json:"Arn,omitempty"`
	Code    string
	Message string
}

// routeProtection has the path by which a task protects itself.
func (a *api) routeProtection(r *mux.Router, at string) {
	path := at + "/task-protection/v1/state"
	r.HandleFunc(path, a.getProtection).Methods(http.MethodGet)
	r.HandleFunc(path, a.updateProtection).Methods(http.MethodPut)
}

// getProtection asks ECS whether the task is protected.
func (a *api) getProtection(w http.ResponseWriter, r *http.Request) {
	c, ok := a.protected(w, r)
	if !ok {
		return
	}
	t := c.task
	out, err := inTime(r.Context(), func(ctx context.Context) (*ecs.GetTaskProtectionOutput, error) {
		return a.Protection.GetTaskProtection(ctx, t.ARN, &ecs.GetTaskProtectionInput{Cluster: &t.Spec.ClusterARN, Tasks: []string{t.ARN}})
	})
	if err != nil {
		a.protectionRefused(w, t.ARN, err)
		return
	}
	a.showProtection(w, t.ARN, out.ProtectedTasks, out.Failures)
}

// updateProtection protects the task, or ends that.
func (a *api) updateProtection(w http.ResponseWriter, r *http.Request) {
	var request struct {
		ProtectionEnabled *bool
		ExpiresInMinutes  *int32
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil {
		a.refuseProtection(w, http.StatusBadRequest, "", "InvalidParameterException", "UpdateTaskProtection: failed to decode request")
		return
	}
	c, known := a.ownByID(r)
	if known && request.ProtectionEnabled == nil {
		a.refuseProtection(w, http.StatusBadRequest, c.task.ARN, "InvalidParameterException", "Invalid request: does not contain 'ProtectionEnabled' field")
		return
	}
	if c, known = a.protected(w, r); !known {
		return
	}
	t := c.task
	out, err := inTime(r.Context(), func(ctx context.Context) (*ecs.UpdateTaskProtectionOutput, error) {
		return a.Protection.UpdateTaskProtection(ctx, t.ARN, &ecs.UpdateTaskProtectionInput{
			Cluster: &t.Spec.ClusterARN, Tasks: []string{t.ARN},
			ProtectionEnabled: *request.ProtectionEnabled, ExpiresInMinutes: request.ExpiresInMinutes,
		})
	})
	if err != nil {
		a.protectionRefused(w, t.ARN, err)
		return
	}
	a.showProtection(w, t.ARN, out.ProtectedTasks, out.Failures)
}

// inTime waits for an answer of ECS as long as the agent does, and no longer: ECS may wait for
// the disk. What is answered later has happened all the same, as there.
func inTime[T any](ctx context.Context, call func(ctx context.Context) (T, error)) (out T, err error) {
	ctx, cancel := context.WithTimeout(ctx, protectionTimeout)
	defer cancel()
	type answer struct {
		out T
		err error
	}
	answers := make(chan answer, 1)
	go func() {
		out, err := call(ctx)
		answers <- answer{out, err}
	}()
	select {
	case a := <-answers:
		return a.out, a.err
	case <-ctx.Done():
		return out, ctx.Err()
	}
}

// protected finds the task that asks, which needs a role to call ECS with.
// Source: ECS developer guide, task scale-in protection endpoint; amazon-ecs-agent.
func (a *api) protected(w http.ResponseWriter, r *http.Request) (caller, bool) {
	c, found := a.ownByID(r)
	switch {
	case !found:
		a.refuseProtection(w, http.StatusNotFound, "", "ResourceNotFoundException", "Failed to find a task for the request")
		return caller{}, false
	case c.resolved.TaskRoleArn == "" || a.Protection == nil:
		a.refuseProtection(w, http.StatusForbidden, c.task.ARN, "AccessDeniedException", "Invalid Request: no task IAM role credentials available for task")
		return caller{}, false
	}
	return c, true
}

// showProtection answers what ECS says of the one task.
func (a *api) showProtection(w http.ResponseWriter, taskARN string, tasks []types.ProtectedTask, failures []types.Failure) {
	switch {
	case len(failures) > 0:
		f := failures[0]
		a.answer(w, http.StatusOK, protectionAnswer{Failure: &protectionFailure{aws.ToString(f.Arn), f.Detail, aws.ToString(f.Reason)}})
	case len(tasks) > 0:
		p := tasks[0]
		shown := &protection{ProtectionEnabled: p.ProtectionEnabled, TaskARN: aws.ToString(p.TaskArn)}
		if p.ExpirationDate != nil {
			shown.ExpirationDate = instant(*p.ExpirationDate)
		}
		a.answer(w, http.StatusOK, protectionAnswer{Protection: shown})
	default:
		a.refuseProtection(w, http.StatusInternalServerError, taskARN, "ServerException", "Unexpected error occurred")
	}
}

// protectionRefused passes on an error of ECS.
func (a *api) protectionRefused(w http.ResponseWriter, taskARN string, err error) {
	var of smithy.APIError
	switch {
	case errors.As(err, &of):
		status := http.StatusBadRequest
		if of.ErrorFault() == smithy.FaultServer {
			status = http.StatusInternalServerError
		}
		refusal := protectionAnswer{Error: &protectionError{taskARN, of.ErrorCode(), of.ErrorMessage()}}
		if call, found := errors.AsType[interface {
			error
			ServiceRequestID() string
		}](err); found {
			refusal.RequestID = call.ServiceRequestID()
		}
		a.answer(w, status, refusal)
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		a.refuseProtection(w, http.StatusGatewayTimeout, taskARN, "RequestCanceled", "Timed out calling ECS Task Protection API")
	default:
		a.Log.Error("cannot change the protection of a task", "task", taskARN, "error", err)
		a.refuseProtection(w, http.StatusInternalServerError, taskARN, "ServerException", "Unexpected error occurred")
	}
}

func (a *api) refuseProtection(w http.ResponseWriter, status int, taskARN, code, message string) {
	a.answer(w, status, protectionAnswer{Error: &protectionError{taskARN, code, message}})
}
