package ssm

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// codec names members in capitals, but for those of the filters of sessions.
var codec = wire.AsIs.Except(types.SessionFilter{})

// Service is the Systems Manager API.
func (a *API) Service() awsapi.Service {
	const public = "of public parameters the ECS-optimized images of Linux and Bottlerocket, of Amazon Linux, and latest and stable of AWS for Fluent Bit; ids of images are the emulator's own"
	return awsapi.Service{
		Name: "ssm", ID: sdk.ServiceID, Title: "AWS Systems Manager", Model: model,
		Access: access(), Tags: a.tagsOf,
		Protocol: awsapi.JSON{TargetPrefix: "AmazonSSM", Codec: codec},
		Operations: append([]awsapi.Operation{
			awsapi.Partial("PutParameter", "parameter policies and patterns that look around or back answer 501 NotImplementedException; "+
				"KeyId is kept, and all SecureStrings are encrypted with one key; ids of images are not checked", a.PutParameter),
			awsapi.Partial("GetParameter", public, a.GetParameter),
			awsapi.Partial("GetParameters", public, a.GetParameters),
			awsapi.Partial("GetParametersByPath", public, a.GetParametersByPath),
			awsapi.Works("GetParameterHistory", "the last hundred versions", a.GetParameterHistory),
			awsapi.Partial("DescribeParameters", "requests for parameters shared by other accounts answer 501 NotImplementedException", a.DescribeParameters),
			awsapi.Works("LabelParameterVersion", "a label moves from version to version", a.LabelParameterVersion),
			awsapi.Works("UnlabelParameterVersion", "names the labels that the version does not have", a.UnlabelParameterVersion),
			awsapi.Works("DeleteParameter", "with its versions", a.DeleteParameter),
			awsapi.Works("DeleteParameters", "names those that do not exist", a.DeleteParameters),
			awsapi.Partial("AddTagsToResource", "of parameters", a.AddTagsToResource),
			awsapi.Partial("RemoveTagsFromResource", "of parameters", a.RemoveTagsFromResource),
			awsapi.Partial("ListTagsForResource", "of parameters", a.ListTagsForResource),
		}, a.sessionOperations()...),
	}
}

// SessionManager is what stays of the API where parameters are left to the upstream: sessions are with
// tasks, which only the emulator has.
func (a *API) SessionManager() awsapi.Service {
	s := a.Service()
	s.Operations, s.Access = a.sessionOperations(), sessionAccess()
	return s
}

func (a *API) sessionOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("StartSession", "with containers of tasks with enableExecuteCommand (`ecs:CLUSTER_TASK_RUNTIMEID`): a shell, AWS-StartPortForwardingSession and "+
			"AWS-StartPortForwardingSessionToRemoteHost; other documents answer InvalidDocument, other targets TargetNotConnected", a.StartSession).AsksItself(),
		awsapi.Works("ResumeSession", "for a minute after the client has lost its connection", a.ResumeSession).AsksItself(),
		awsapi.Works("TerminateSession", "", a.TerminateSession).AsksItself(),
		awsapi.Works("DescribeSessions", "sessions of ECS Exec as well; the last thousand that are over, in memory", a.DescribeSessions),
		awsapi.Works("GetConnectionStatus", "", a.GetConnectionStatus).AsksItself(),
	}
}
