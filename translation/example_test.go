package translation_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/translation"
)

// A question is translated unless it is in German already.
func Example() {
	srv := imtest.NewServer(nil) // in a program: an app that has bought the add-on
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	const question = "Boots or shoes?"

	found, err := client.Translation.Detect(ctx, question)
	if err != nil {
		log.Fatal(err)
	}
	if found.Language == "de" {
		return
	}
	translated, err := client.Translation.Translate(ctx, question, []string{"de"}, translation.TranslateOptions{From: found.Language})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(found.Language, "→", translated[0].ID, translated[0].Value)
	// Output: en → de [de] Boots or shoes?
}

// The characters of a text count once for each language.
func ExampleService_Translate() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()

	translated, err := client.Translation.Translate(ctx, "Good morning", []string{"de", "fr"}, translation.TranslateOptions{})
	switch {
	case errors.Is(err, batch.ErrPartial):
		fmt.Println("not translated into", translated.Failed().IDs())
	case errors.Is(err, im.ErrPlanLimit):
		log.Fatal("the characters of the plan are used up: ", err)
	case err != nil:
		log.Fatal(err)
	}
	for _, t := range translated.Done() {
		fmt.Println(t.ID, t.Value)
	}

	half := strings.Repeat("x", translation.MaxCharacters/2+1)
	_, err = client.Translation.Translate(ctx, half, []string{"de", "fr"}, translation.TranslateOptions{})
	fmt.Println("too long for two languages:", errors.Is(err, im.ErrInvalidArgument))
	// Output:
	// de [de] Good morning
	// fr [fr] Good morning
	// too long for two languages: true
}
