package stacks

import (
	"cmp"
	"time"

	api "github.com/ecs-emulator/ecs-emulator/handlers/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Notifications are tried again as actions of alarms are: a choice.
const (
	notificationAttempts = 5
	notificationAge      = time.Hour
)

// notify puts a delivery of each event for each topic of its stack, in the transaction that writes the event: so each is sent, in
// their order but for those that are tried again.
func (s *Stacks) notify(tx *store.Tx, stack *cloudformation.Stack, events []*cloudformation.Event) {
	if len(stack.NotificationARNs) == 0 {
		return
	}
	now, by := s.Clock.Now(), principalID(stack)
	for _, e := range events {
		text := api.Notification(stack, e, by)
		for _, topic := range stack.NotificationARNs {
			delivery.Put(tx, &delivery.Delivery{
				ID: arn.NewUUID(), Scope: stack.Scope, Source: stack.ID, Name: stack.Name, TargetARN: topic, Resource: stack.ID,
				Body: text, Subject: api.NotificationSubject, MadeAt: now, NextAt: now, MaxAttempts: notificationAttempts, MaxAge: notificationAge,
			})
		}
	}
}

// principalID is the unique id of who has called the operation on a stack: AIDA…, AROA…:session, or the account.
func principalID(stack *cloudformation.Stack) string {
	if stack.Principal == "" {
		return stack.Scope.Account
	}
	s, err := session.Kept(stack.Principal)
	if err != nil { // rows of the emulator's own have one
		return stack.Scope.Account
	}
	if s.RoleARN == "" && s.FederatedName == "" {
		return cmp.Or(s.OfUser, s.UserID())
	}
	return s.UserID()
}
