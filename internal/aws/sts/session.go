// Package sts is about keys that the emulator gives out: to tasks for their roles, and
// to those who assume a role. Nothing is kept of them. The token says whose they are, and
// all else follows from it and from one key that is kept in the store:
//
//	keys := sts.New(store)
//	credentials, err := keys.Issue(sts.Session{Account: "123456789012", RoleARN: role, …})
//	s, ours, err := keys.Open(credentials.AccessKeyID, credentials.Token)
package sts

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// Session is who acts with keys of the emulator's, and for how long.
type Session struct {
	Account string `json:"a"`
	// Region of the keys' owner, for calls whose signature names none.
	Region string `json:"r,omitempty"`
	// RoleARN and RoleID (AROA…) are of the role that was assumed, and Name is that of the
	// session. Without a role the session is a user's, or else of the account's root.
	RoleARN string `json:"o,omitempty"`
	RoleID  string `json:"i,omitempty"`
	Name    string `json:"n,omitempty"`
	// OfUser is the unique id of the user (AIDA…), or the ARN of one that does not exist, as which programs may be tried.
	OfUser string `json:"u,omitempty"`
	// TaskARN is the task that the keys were given to, and Kind says for which of its roles.
	TaskARN string `json:"t,omitempty"`
	Kind    Kind   `json:"k,omitempty"`
	// FederatedName is of a session of GetFederationToken: the name of the federated user, who may do what OfUser and the
	// session policies both allow.
	FederatedName string `json:"f,omitempty"`
	// Policy is the inline session policy, as it was sent. PolicyARNs are managed session policies, of which the version
	// counts that is the default one when a call is decided (AC46). Without both there are no session policies.
	Policy     string   `json:"y,omitempty"`
	PolicyARNs []string `json:"m,omitempty"`
	// Tags are session tags. Those with the keys in Transitive are kept in sessions that follow from this one.
	Tags       map[string]string `json:"g,omitempty"`
	Transitive []string          `json:"v,omitempty"`
	// SourceIdentity is who began the first session of a chain, as that was said to STS.
	SourceIdentity string `json:"c,omitempty"`
	// Provider is the ARN of the identity provider whose token began the session (aws:FederatedProvider).
	Provider string `json:"w,omitempty"`
	// Via is the service of AWS that calls with the permissions of the principal, which has called it, such as
	// cloudformation.amazonaws.com (aws:CalledVia). Empty: the principal calls by itself.
	Via string `json:"h,omitempty"`
	// IssuedAt is when the session began, in seconds of the epoch, by the emulator's clock (aws:TokenIssueTime); 0: not known.
	IssuedAt int64 `json:"b,omitempty"`
	// ID tells sessions apart that are alike in all else.
	ID string `json:"d,omitempty"`
	// Padding makes the token longer, for those who want to try long ones.
	Padding string `json:"p,omitempty"`
	// Expires is the end in seconds of the epoch, by the emulator's clock.
	Expires int64 `json:"e"`
}

// Kind is what keys are for: which of a task's roles, or a program that acts as a user.
type Kind string

// The kinds, in the words of the container agent. Source: amazon-ecs-agent.
const (
	TaskApplication Kind = "TaskApplication" // the task role
	TaskExecution   Kind = "TaskExecution"
	// AsUser is the emulator's own: a program acts as a user, without the bounds of GetSessionToken.
	AsUser Kind = "AsUser"
)

// Scope is where the session acts.
func (s Session) Scope() arn.Scope { return arn.Scope{Region: s.Region, Account: s.Account} }

// ExpiresAt is the end of the session, by the emulator's clock.
func (s Session) ExpiresAt() time.Time { return time.Unix(s.Expires, 0).UTC() }

// ARN is the ARN of the principal, where that is no user. A role's path is not in it.
// Source: IAM user guide, IAM identifiers, assumed-role sessions.
func (s Session) ARN() string {
	sts := "arn:" + s.Scope().Partition() + ":sts::" + s.Account
	switch {
	case s.FederatedName != "":
		return sts + ":federated-user/" + s.FederatedName
	case s.RoleARN == "":
		return s.Scope().Root()
	}
	return sts + ":assumed-role/" + arn.Name(s.RoleARN) + "/" + s.Name
}

// UserID is the unique id of the principal, where that is no user.
// Source: IAM user guide, policy variables, aws:userid; recorded answers of GetCallerIdentity.
func (s Session) UserID() string {
	switch {
	case s.FederatedName != "":
		return s.Account + ":" + s.FederatedName
	case s.RoleARN == "":
		return s.Account
	}
	return s.RoleID + ":" + s.Name
}

var accountID = lazyregexp.New(`^\d{12}$`)

// IsRole reports whether an ARN names a role in an account.
func IsRole(s string) bool {
	parts := strings.SplitN(s, ":", 6)
	return len(parts) == 6 && parts[0] == "arn" && parts[2] == "iam" && accountID.MatchString(parts[4]) && strings.HasPrefix(parts[5], "role/") && arn.Name(s) != ""
}
