//! `Record::take_out` of a struct or an enum: what each of its fields leaves, so that changing one
//! does not copy the others.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, Fields, Member};

/// The method.
pub(super) fn method(data: &Data) -> TokenStream {
    let body = match data {
        Data::Struct(data) => {
            let (pattern, value) = fields(quote!(Self), &data.fields);
            quote!(let #pattern = self; #value)
        }
        Data::Enum(data) if data.variants.is_empty() => quote!(match *self {}),
        Data::Enum(data) => {
            let mut arms = TokenStream::new();
            for variant in &data.variants {
                let ident = &variant.ident;
                let (pattern, value) = fields(quote!(Self::#ident), &variant.fields);
                arms.extend(quote!(#pattern => #value,));
            }
            quote!(match self { #arms })
        }
        Data::Union(_) => return TokenStream::new(),
    };
    quote! {
        #[inline]
        fn take_out(&mut self) -> Self {
            #body
        }
    }
}

fn fields(constructor: TokenStream, fields: &Fields) -> (TokenStream, TokenStream) {
    let (mut pattern, mut value) = (TokenStream::new(), TokenStream::new());
    for (index, field) in fields.iter().enumerate() {
        let member = field.ident.clone().map_or_else(|| Member::from(index), Member::Named);
        let (ty, part) = (&field.ty, format_ident!("part_{index}"));
        // Says the same as the shape of a type that is no record, so that it is one error.
        let span = ty.span().resolved_at(Span::call_site());
        pattern.extend(quote!(#member: #part,));
        value.extend(
            quote_spanned!(span=> #member: <#ty as ::rama::paths::Record>::take_out(#part),),
        );
    }
    (quote!(#constructor { #pattern }), quote!(#constructor { #value }))
}
