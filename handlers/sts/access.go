package sts

import "github.com/ecs-emulator/ecs-emulator/handlers/awsapi"

// access says what operations ask. Those that make sessions of roles and federated users ask themselves. Each caller may tell
// who it is and get a session of its own. Source: Service Authorization Reference, AWS STS; STS API reference,
// GetCallerIdentity and GetSessionToken.
func access() awsapi.Rows {
	return awsapi.Rows{
		"GetCallerIdentity":          awsapi.Free(),
		"GetSessionToken":            awsapi.Free(),
		"GetAccessKeyInfo":           awsapi.On("*"),
		"DecodeAuthorizationMessage": awsapi.On("*"),
	}
}
