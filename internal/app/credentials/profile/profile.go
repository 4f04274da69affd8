// Package profile finds the credentials of a profile in the files that AWS's tools share, without
// the clients that the SDK's own package links for it.
//
// Source: AWS SDKs and Tools reference guide, shared config and credentials files.
package profile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
)

// Open returns the credentials of a profile, as they are when they are asked for: its keys, or what
// its credential_process says. Everything else, such as a role or IAM Identity Center, the AWS CLI is
// asked for, which has a login for it and keeps what it got.
func Open(name string) (aws.CredentialsProvider, error) {
	p, err := read(name)
	if err != nil {
		return nil, err
	}
	keys := aws.Credentials{
		AccessKeyID: p["aws_access_key_id"], SecretAccessKey: p["aws_secret_access_key"], SessionToken: p["aws_session_token"],
		AccountID: p["aws_account_id"], Source: "profile",
	}
	switch {
	case (keys.AccessKeyID == "") != (keys.SecretAccessKey == ""):
		return nil, fmt.Errorf("the profile %s has only one of aws_access_key_id and aws_secret_access_key", name)
	case p["role_arn"] == "" && p["source_profile"] == "" && keys.HasKeys():
		return credentials.StaticCredentialsProvider{Value: keys}, nil
	case p["credential_process"] != "" && !p.hasAny("role_arn", "source_profile", "credential_source", "web_identity_token_file", "sso_session", "sso_start_url", "login_session"):
		return processcreds.NewProvider(p["credential_process"]), nil
	}
	return commandLine(name)
}

// hasAny reports whether one of some properties is set.
func (p properties) hasAny(names ...string) bool {
	for _, name := range names {
		if p[name] != "" {
			return true
		}
	}
	return false
}

// commandLine asks the AWS CLI, which prompts for a code of an MFA device where a role needs one.
func commandLine(name string) (aws.CredentialsProvider, error) {
	program, err := exec.LookPath("aws")
	if errors.Is(err, exec.ErrNotFound) {
		return nil, fmt.Errorf("the profile %s has no keys and no credential_process; for a role or a login install version 2 of the AWS CLI, which is asked by `aws configure export-credentials`", name)
	}
	if err != nil {
		return nil, fmt.Errorf("look for the AWS CLI: %w", err)
	}
	return processcreds.NewProviderCommand(processcreds.NewCommandBuilderFunc(func(ctx context.Context) (*exec.Cmd, error) {
		cmd := exec.CommandContext(ctx, program, "configure", "export-credentials", "--profile", name, "--format", "process")
		cmd.Stdin, cmd.Stderr = os.Stdin, os.Stderr
		return cmd, nil
	})), nil
}
