package sts

import (
	"encoding/json"
	"fmt"
)

// Keep is a session as a row keeps it, so that a service may act as its principal later: without the end of its keys, and without
// the task that had them. [Kept] reads it.
func (s Session) Keep() string {
	s.Region, s.TaskARN, s.ID, s.Padding, s.Expires = "", "", "", "", 0
	if s.Kind != AsUser {
		s.Kind = ""
	}
	text, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("write a session: %v", err)) // it has texts and numbers alone
	}
	return string(text)
}

// Kept is the session that [Session.Keep] has written.
func Kept(text string) (Session, error) {
	var s Session
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return s, fmt.Errorf("read a session that is kept: %w", err)
	}
	return s, nil
}
