package profile

// IsReal reports whether a profile may lead to credentials of AWS itself: it has keys that isRealKey takes for such, or gets
// some by a role, a login or a program. A profile that does not exist, or cannot be read, leads nowhere.
func IsReal(name string, isRealKey func(id string) bool) bool {
	p, err := read(name)
	if err != nil {
		return false
	}
	return isRealKey(p["aws_access_key_id"]) ||
		p.hasAny("credential_process", "role_arn", "web_identity_token_file", "sso_session", "sso_start_url", "login_session")
}
