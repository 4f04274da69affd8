package profile

import "github.com/ecs-emulator/ecs-emulator/internal/host/doctor"

// IsReal reports whether a profile may lead to credentials of AWS itself: it has a key of AWS's form, or gets
// keys by a role, a login or a program. A profile that does not exist, or cannot be read, leads nowhere.
func IsReal(name string) bool {
	p, err := read(name)
	if err != nil {
		return false
	}
	return doctor.IsRealKey(p["aws_access_key_id"]) ||
		p.hasAny("credential_process", "role_arn", "web_identity_token_file", "sso_session", "sso_start_url", "login_session")
}
