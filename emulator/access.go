package emulator

import (
	"fmt"
	"net"
	"path/filepath"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	static "github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/ecs-emulator/ecs-emulator/internal/app/access"
	"github.com/ecs-emulator/ecs-emulator/internal/app/credentials/root"
)

// checkAccess refuses what the options say about access and cannot be.
func (o Options) checkAccess() error {
	mode, err := access.ReadMode(string(o.IAM))
	if err != nil {
		return err
	}
	for _, account := range o.Accounts {
		if !accountForm.MatchString(account) {
			return fmt.Errorf("%q is not an account id: use twelve digits", account)
		}
	}
	return access.CheckCaller(mode, o.Caller)
}

// openAccess has policies decide what callers may do, unless the mode is off.
func (s *Server) openAccess() error {
	if s.opts.IAM != AccessOff {
		s.access = &access.Control{
			Mode: access.Mode(s.opts.IAM), Caller: s.opts.Caller, Store: s.core.Store, Issuer: s.core.Credentials, Now: s.core.Clock.Now,
			UnknownRoles: !s.opts.StrictRoles, Log: s.opts.Log, Decisions: &s.core.Decisions,
		}
		s.opts.authorize, s.core.PolicyStored, s.core.Refuse = s.access.Authorize, s.access.Stored, s.access.Refuse
	}
	s.warnOfControl()
	keys := s.core.Credentials
	keys.Authorize, keys.Strict, keys.Verified = s.opts.authorize, s.opts.IAM == AccessEnforce, s.access != nil
	return s.openRootCredentials()
}

// warnOfControl warns where policies are to protect something, and others reach what has no login.
func (s *Server) warnOfControl() {
	at, ok := s.listener.Addr().(*net.TCPAddr)
	if s.opts.IAM == AccessEnforce && ok && !at.IP.IsLoopback() {
		s.opts.Log.Warn("policies are enforced, but not for /_emulator/, which has no login: a client that reaches the address may do everything there", "address", at)
	}
}

// openRootCredentials makes the access keys of root users where there is a use for them.
func (s *Server) openRootCredentials() (err error) {
	o := &s.opts
	if o.IAM == AccessOff && o.RootCredentials == "" && len(o.Accounts) == 0 {
		return nil
	}
	accounts := []string{o.Account}
	for _, account := range o.Accounts {
		if !slices.Contains(accounts, account) {
			accounts = append(accounts, account)
		}
	}
	roots := root.Maker{Store: s.core.Store, Keys: s.core.Credentials.Sessions, Now: s.core.Clock.Now}
	if s.rootKeys, err = roots.Make(accounts); err != nil {
		return err
	}
	if file := s.RootCredentialsFile(); file != "" {
		return root.Write(file, s.rootKeys)
	}
	return nil
}

// RootCredentialsFile is the file that has the access keys of the root users, empty if there is none; see
// Options.RootCredentials.
func (s *Server) RootCredentialsFile() string {
	switch {
	case s.opts.RootCredentials != "":
		return s.opts.RootCredentials
	case s.opts.IAM == AccessEnforce && s.opts.DataDir != "":
		return filepath.Join(s.opts.DataDir, "root-credentials")
	}
	return ""
}

// rootCredentials are the keys of the root user of Options.Account. Where keys are not looked at, the account is one.
func (s *Server) rootCredentials() aws.CredentialsProvider {
	if len(s.rootKeys) == 0 {
		return static.NewStaticCredentialsProvider(s.opts.Account, "secret", "")
	}
	return static.NewStaticCredentialsProvider(s.rootKeys[0].ID, s.rootKeys[0].Secret, "")
}
